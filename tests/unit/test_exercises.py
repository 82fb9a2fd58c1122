"""The engine of the exercises, and every exercise of the kit against its own examples."""

import pytest

from boneage_kit.errors import BadInput
from boneage_kit.teaching import exercises

ALL = exercises.all_exercises()


@pytest.fixture
def temporary():
    """Register an exercise for one test."""

    def register(check):
        exercises.exercise("98.1", hint="h", solution="s")(check)

    yield register
    exercises._registry.pop("98.1", None)


@pytest.mark.parametrize("stub", [..., [1, ...], (..., 2), {"girls": ...}])
def test_dots_are_not_answered_yet_and_run_no_check(temporary, stub):
    temporary(lambda answer: 1 / 0)
    assert "not answered yet" in repr(exercises.check("98.1", stub))


def test_a_function_that_returns_nothing_is_not_answered_yet(temporary):
    def check(answer):
        if answer() is None:
            raise exercises.Unanswered

    temporary(check)
    assert "not answered yet" in repr(exercises.check("98.1", lambda: None))


def test_a_check_that_breaks_on_an_odd_answer_is_feedback_not_a_traceback(temporary):
    temporary(lambda answer: answer + 1)
    feedback = exercises.check("98.1", "text")
    assert feedback.right is False and "TypeError" in feedback.text


def test_a_check_may_use_the_lesson(temporary):
    def check(answer, lesson):
        return f"{lesson} says yes"

    temporary(check)
    assert "the lesson says yes" in exercises.check("98.1", 1, lesson="the lesson").text


def test_an_unknown_exercise_is_named():
    with pytest.raises(BadInput, match="no exercise '97.5'"):
        exercises.get("97.5")


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.number)
def test_every_exercise_has_a_hint_and_a_solution_and_belongs_to_its_notebook(one):
    assert len(one.hint) > 15 and len(one.solution) > 2
    assert one.check.__module__.endswith(f".n{one.number.partition('.')[0]}")


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.number)
def test_example_answers_pass_and_fail_as_promised(one):
    for answer in one.passes:
        assert exercises.check(one.number, answer).right, answer
    for answer in one.fails:
        feedback = exercises.check(one.number, answer)
        assert feedback.right is False and len(feedback.text) > 50, answer
