"""Questions without code: every file of the kit, files that are wrong, and what a page shows."""

import re
from html.parser import HTMLParser

import nbformat
import nbformat.v4 as v4
import pytest
from own_questions import CHOICE, MARK, ORDER

import boneage_kit as bk
from boneage_kit.errors import BadInput
from boneage_kit.plots import hand_places
from boneage_kit.teaching import accessibility, questions, student_copies
from boneage_kit.teaching.questions.kinds import Item, Option
from boneage_kit.widgets.quiz import Answer

ALL = questions.all_questions()
VIEW = "application/vnd.jupyter.widget-view+json"


@pytest.fixture
def load(tmp_path):
    def from_text(text):
        path = tmp_path / "u97.toml"
        path.write_text(text, encoding="utf-8")
        return questions.load(path)

    return from_text


@pytest.mark.parametrize("question", ALL, ids=lambda question: question.number)
def test_every_question_of_the_kit_can_be_shown(question):
    panel = questions.quiz([question.number], live=False)
    assert panel.alt().startswith(f"Question {question.number}. ")
    assert panel.html() == questions.quiz([question.number], live=False).html()
    told = _OutsideDetails()
    told.feed(panel.html())
    before = " ".join(told.words)
    assert "✓" not in before and "Right." not in before, "the answer shows before it is asked for"
    assert list(accessibility._html(panel.html())) == []


class _OutsideDetails(HTMLParser):
    """Collects what a page shows while all details are closed."""

    def __init__(self):
        super().__init__()
        self.words, self.inside = [], []

    def handle_starttag(self, tag, attrs):
        if tag in ("details", "summary"):
            self.inside.append(tag)

    def handle_endtag(self, tag):
        if tag in ("details", "summary"):
            self.inside.pop()

    def handle_data(self, data):
        if "details" not in self.inside or self.inside[-1] == "summary":
            self.words.append(data)


def test_the_three_kinds_are_read(load):
    choice, order, mark = load(CHOICE + ORDER + MARK)
    assert [option.right for option in choice.options] == [True, False, False]
    assert order.items[0] == Item("metacarpal", "The metacarpal lies in the palm.")
    assert mark.find == 1 and mark.hand.size == 512 and len(mark.places) == 4


@pytest.mark.parametrize(
    "old, new, problem",
    [
        ("right = true", "", "0 right options"),
        ('text = "the ulna"', 'right = true\ntext = "the ulna"', "2 right options"),
        ('why = "It is one of eight."', "", "has no why"),
        ('why = "It is one of eight."', 'why = " "', "why is empty"),
        ('"97.a"', '"96.a"', "no number of this unit"),
        ('"97.a"', '"97.1"', "no number of this unit"),
        ('"97.a"', '"97.b"', "97.b stands twice"),
        ('"choice"', '"chose"', "has the kind 'chose'"),
        ("right = true", "correct = true", "unknown key 'correct'"),
        ("right = true", 'right = "yes"', "right is 'yes'"),
        ('text = "the radius"', 'text = "the ulna"', "same text in two options"),
        ('why_before_next = "The', 'before = "The', "unknown key 'before'"),
        (
            'text = "distal phalanx"',
            'text = "distal"\nwhy_before_next = "x"',
            "last item has why_before_next",
        ),
        ('[[question.item]]\ntext = "distal phalanx"', "", "2 items"),
        ('sex = "F"', 'sex = "girl"', "has the sex 'girl'"),
        ('sex = "F"', "", "has no sex"),
        ("bone_age = 9.0", 'bone_age = "nine"', "bone_age is 'nine'"),
        ('right = ["radius_plate"]', "right = []", "no right places"),
        ('right = ["radius_plate"]', 'right = ["capitate"]', "same text in two places"),
        ("seed = 6", "seed = six", "is no TOML file"),
        ('right = ["radius_plate"]', 'right = ["radius_plate"]\nfind = 2', "wants 2 places found"),
    ],
)
def test_a_wrong_file_is_refused_with_what_is_wrong(load, old, new, problem):
    text = CHOICE + ORDER + MARK
    assert old in text
    with pytest.raises(BadInput, match=re.escape(problem)):
        load(text.replace(old, new, 1))


def test_numbers_that_do_not_exist_are_refused():
    for number in ("06.z", "96.a", "6.a", "06.1", 6):
        with pytest.raises(BadInput):
            questions.get(number)
    with pytest.raises(BadInput, match="No question is named"):
        questions.quiz([])
    with pytest.raises(BadInput, match="named twice"):
        questions.quiz(["06.a", "06.a"])


def test_options_and_items_are_shown_in_another_order_that_stays(load):
    choice, order, _ = load(CHOICE + ORDER + MARK)
    assert choice.shown() == choice.shown() and set(choice.shown()) == set(choice.options)
    assert order.shown() == order.shown() != sorted(order.shown())
    (kept,) = load(CHOICE.replace('kind = "choice"', 'kind = "choice"\nkeep_order = true'))
    assert kept.shown() == kept.options


def test_right_options_do_not_all_stand_at_one_place():
    places = [
        [option.right for option in question.shown()].index(True)
        for number in "abcdefghijkl"
        for question in [
            questions.Choice(
                f"98.{number}",
                "?",
                (Option("1", "a", True), Option("2", "b"), Option("3", "c"), Option("4", "d")),
            )
        ]
    ]
    assert len(set(places)) == 4


def test_an_order_names_a_pair_that_stands_wrongly(load):
    order = load(ORDER)[0]
    wrong = order.wrong_pair(["proximal phalanx", "distal phalanx", "metacarpal"])
    assert [item.text for item in wrong] == ["metacarpal", "proximal phalanx"]
    assert order.wrong_pair([item.text for item in order.items]) is None


def test_a_place_that_a_hand_does_not_show_is_refused():
    young = bk.phantom.render("F", 1.0, seed=6, size=512)
    with pytest.raises(BadInput, match="shows no growth plate of the ulna"):
        hand_places.place_outline(young, "ulna_plate")
    with pytest.raises(BadInput, match="no place 'capitate_plate'"):
        hand_places.place_outline(young, "capitate_plate")


def test_a_growth_plate_lies_between_shaft_and_epiphysis():
    drawn = bk.phantom.render("F", 9.0, seed=6, size=512)
    rows = {
        name: hand_places.place_outline(drawn, name)[0][:, 1].mean()
        for name in ("radius", "radius_plate", "radius_epiphysis")
    }
    assert rows["radius_epiphysis"] < rows["radius_plate"] < rows["radius"]


def test_a_part_of_a_hand_must_show_the_places(load):
    part = 'seed = 6\naround = "radius_plate"\nwidth_mm = 40'
    (mark,) = load(MARK.replace("seed = 6", part))
    with pytest.raises(BadInput, match="joint III is not on the shown part"):
        questions.marking.picture(mark)


@pytest.fixture
def lesson():
    return bk.teaching.begin("00_test", preset="smoke", data=None)


def test_a_lesson_shows_text_without_a_frontend_and_remembers_answers_with_one(lesson, monkeypatch):
    shown = []
    monkeypatch.setattr("boneage_kit.teaching.lesson.display", shown.append)
    lesson.ask("06.a", "06.b")
    data = shown[0]._repr_mimebundle_()
    assert set(data) == {"text/plain", "text/html"} and "<details>" in data["text/html"]
    assert "Question 06.b" in data["text/plain"]
    panel = questions.quiz(["06.a"], lesson.answers, live=True)
    assert VIEW in panel._repr_mimebundle_()
    given = {"answer": "x", "right": False, "tries": 1, "first": False}
    panel.page.answers = {"06.a": given}
    assert lesson.answers == {"06.a": Answer(**given)}


def test_a_sheet_has_the_questions_before_the_answers():
    sheet = questions.sheet("06")
    asked, answers = sheet.split("# Unit 06: answers")
    for question in questions.unit("06"):
        assert f"**{question.number}**" in asked and f"**{question.number}**" in answers
    assert "right.**" not in asked and "It cannot learn an image by heart" not in asked
    for question in questions.unit("06"):
        if question.kind == "order":
            places = [asked.index(" ".join(item.text.split())) for item in question.items]
            assert places != sorted(places), "the sheet tells the right order"
    assert answers.count("**right.**") == sum(q.kind != "order" for q in questions.unit("06"))


def test_the_proof_of_a_student_copy_finds_a_question_that_does_not_exist():
    cells = [
        v4.new_code_cell('lesson.ask("06.a",\n           "06.z")  # two'),
        v4.new_code_cell('# lesson.ask("06.y")'),
        v4.new_markdown_cell('lesson.ask("06.x")'),
    ]
    notebook = v4.new_notebook(cells=cells)
    assert questions.asked(notebook) == ["06.a", "06.z"]
    assert list(questions.unknown(notebook)) == ["06.z"]
    copy = student_copies.student_copy(notebook)
    assert [cell.source for cell in copy.cells] == [cell.source for cell in cells]


def test_every_question_that_a_notebook_asks_exists(root):
    for path in sorted((root / "notebooks").glob("[0-9]*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        assert questions.unknown(notebook) == {}, path.name
