// Questions without code: a choice, an order, a place on a picture. The page knows the reasons and
// answers at once, without the kernel; the kernel only keeps what was answered.

const RIGHT = "✓ Right.";
const WRONG = "✗ Not right yet.";
const PICTURE = 430; // px, the height of a film on a laptop's page
let pages = 0; // radio buttons of two pages must not share a name

function make(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}

const rich = (tag, html, properties = {}) => make(tag, { innerHTML: html, ...properties });

function frame(question) {
  const said = make("div", { className: "bk-said" });
  said.setAttribute("role", "status");
  const box = make("fieldset", {},
    make("legend", { textContent: `Question ${question.number}` }),
    rich("p", question.text));
  box.dataset.number = question.number;
  const say = (right, html, ...more) => {
    said.className = `bk-said ${right === null ? "" : right ? "bk-right" : "bk-wrong"}`;
    const sign = right === null ? "" : `<b>${right ? RIGHT : WRONG}</b> `;
    said.replaceChildren(rich("div", sign + html), ...more);
  };
  return { box, said, say };
}

function choice(question, page) {
  const { box, said, say } = frame(question);
  const inputs = question.options.map((option, i) => {
    const input = make("input", { type: "radio", name: `${page}-${question.number}`, value: i });
    input.addEventListener("change", () => { if (!done) say(null, ""); });
    box.append(make("label", { className: "bk-option" }, input, rich("span", option.text)));
    return input;
  });
  let done = false;
  const check = () => {
    const chosen = question.options[inputs.findIndex((input) => input.checked)];
    if (!chosen) return say(null, "Choose one of the answers first.");
    if (!done) question.given(chosen.key, chosen.right);
    done = done || chosen.right;
    const others = question.options.filter((option) => option !== chosen);
    const list = others.map((option) => rich("li", `<b>${option.text}</b><br>${option.why}`));
    const reasons = make("details", {},
      make("summary", { textContent: "What is wrong with the other answers" }),
      make("ul", {}, ...list));
    say(chosen.right, chosen.why, ...(chosen.right ? [reasons] : []));
  };
  const button = make("button", { type: "button", className: "bk-check", textContent: "Check" });
  button.addEventListener("click", check);
  box.addEventListener("keydown", (event) => { // Enter on an answer checks it
    if (event.key !== "Enter" || !inputs.includes(event.target)) return;
    event.preventDefault();
    check();
  });
  box.append(make("div", { className: "bk-row" }, button), said);
  return box;
}

function order(question) {
  const { box, said, say } = frame(question);
  const list = make("ol", { className: "bk-items" });
  const moved = make("div", { className: "bk-hidden" });
  moved.setAttribute("role", "status");
  const byPlace = [];
  for (const item of question.items) {
    const name = make("span", { innerHTML: item.text });
    const row = make("li", {}, name);
    row.item = item;
    byPlace[item.place] = item;
    for (const [sign, word, step] of [["▲", "up", -1], ["▼", "down", 1]]) {
      const button = make("button", { type: "button", textContent: sign, title: `Move ${word}` });
      button.setAttribute("aria-label", `Move ${word}: ${name.textContent}`);
      button.addEventListener("click", () => move(row, step, button));
      row.append(button);
    }
    list.append(row);
  }

  function bounds() { // the first one cannot go up, nor the last one down
    [...list.children].forEach((row, i) => {
      const [up, down] = row.querySelectorAll("button");
      up.disabled = i === 0;
      down.disabled = i === list.children.length - 1;
    });
  }

  function move(row, step, button) {
    const rows = [...list.children];
    const other = rows[rows.indexOf(row) + step];
    if (!other) return;
    if (step < 0) other.before(row);
    else other.after(row);
    bounds();
    if (button.disabled) row.querySelector("button:not(:disabled)").focus();
    else button.focus(); // a node that moves loses the focus
    const now = [...list.children].indexOf(row) + 1;
    moved.textContent = `${row.firstChild.textContent}: now number ${now} of ${rows.length}`;
    if (!done) say(null, "");
  }

  let done = false;
  const check = () => {
    const items = [...list.children].map((row) => row.item);
    const at = (place) => items.indexOf(byPlace[place]);
    const wrong = question.pairs.findIndex((_, place) => at(place + 1) < at(place));
    if (!done) question.given(items.map((item) => item.key), wrong < 0);
    done = done || wrong < 0;
    if (wrong < 0) return say(true, question.why);
    const quoted = (item) => `<q>${item.text.replace(/\.$/, "")}</q>`;
    say(false, `Two items stand the wrong way round. ${quoted(byPlace[wrong])} must come before ` +
      `${quoted(byPlace[wrong + 1])}. ${question.pairs[wrong]}`);
  };
  const button = make("button", { type: "button", className: "bk-check", textContent: "Check" });
  button.addEventListener("click", check);
  bounds();
  box.append(list, moved, make("div", { className: "bk-row" }, button), said);
  return box;
}

function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  Object.entries(attributes).forEach(([name, value]) => node.setAttribute(name, value));
  node.append(...children);
  return node;
}

function mark(question) {
  const { box, said, say } = frame(question);
  const [left, top, width, height] = question.box;
  const unit = height / PICTURE; // one pixel of the page, in pixels of the film
  const film = svg("svg", { class: "bk-picture", role: "img", "aria-label": question.alt,
    viewBox: question.box.join(" "), height: PICTURE, width: PICTURE * width / height },
  svg("image", { href: question.picture, x: left, y: top, width, height }));
  const marked = [], found = new Set();
  let done = false;

  const bones = question.bones.map(([name, d]) => [svg("path", { d }), { said: name }]);
  const wrong = question.places.filter((place) => place.why);
  const right = question.places.filter((place) => !place.why);
  const named = [...wrong, ...right].map((place) => // right ones lie on top
    [svg("path", { d: place.path, "stroke-width": 5 * unit, class: "bk-named" }), place]);
  const shapes = new Map([...bones, ...named]); // the shape on the film, and its place
  const signs = svg("g", { class: "bk-signs" });
  film.append(...shapes.keys(), signs);

  const sign = (x, y, good) => { // a dot at the place, and beside it, so that it hides nothing
    signs.querySelectorAll(".bk-no").forEach((node) => node.remove());
    const r = 11 * unit;
    const cx = x + (x > left + width - 4 * r ? -2.2 : 2.2) * r;
    const cy = y + (y < top + 4 * r ? 2.2 : -2.2) * r;
    const tick = good ? `M${cx - r / 2},${cy} l${r / 3},${r / 2} l${r / 1.5},${-r}`
      : `M${cx - r / 2},${cy - r / 2} l${r},${r} m0,${-r} l${-r},${r}`;
    signs.append(svg("g", { class: good ? "bk-yes" : "bk-no" },
      svg("path", { d: `M${x},${y} L${cx},${cy}`, "stroke-width": 1.5 * unit }),
      svg("circle", { cx: x, cy: y, r: 3 * unit, "stroke-width": 1.5 * unit }),
      svg("circle", { cx, cy, r, "stroke-width": 1.5 * unit }),
      svg("path", { d: tick, "stroke-width": 2.5 * unit })));
  };

  function put(place, x, y) { // place: a named one, another bone, or null beside all bones
    const good = Boolean(place && place.name && !place.why);
    sign(x, y, good);
    const what = place ? `You marked: ${place.said}. ` : "You marked a place without a bone. ";
    if (done) return say(good, what + (good ? question.why : place && place.why ||
      question.otherwise));
    marked.push(place ? place.name || place.said : "no bone");
    if (!good) {
      question.given([...marked], false);
      return say(false, what + (place && place.why || question.otherwise));
    }
    found.add(place.name);
    done = found.size >= question.find;
    if (!done) return say(true, `${what}Found: ${found.size} of ${question.find}.`);
    question.given([...marked], true);
    named.filter(([, one]) => !one.why).forEach(([path]) => path.classList.add("bk-found"));
    say(true, what + question.why);
  }

  film.addEventListener("click", (event) => {
    const at = new DOMPoint(event.clientX, event.clientY)
      .matrixTransform(film.getScreenCTM().inverse());
    put(shapes.get(event.target) || null, at.x, at.y);
  });
  const list = make("select", {}, make("option", { value: "", textContent: "Choose a place" }),
    ...question.places.map((place) => make("option", { value: place.name,
      textContent: place.said })));
  const button = make("button", { type: "button", className: "bk-check",
    textContent: "Mark this place" });
  button.addEventListener("click", () => {
    const chosen = named.find(([, place]) => place.name === list.value);
    if (!chosen) return say(null, "Choose a place from the list first, or click on the picture.");
    const b = chosen[0].getBBox();
    put(chosen[1], b.x + b.width / 2, b.y + b.height / 2);
  });
  box.append(make("div", { className: "bk-beside" }, film, make("div", { className: "bk-tell" },
    make("p", { textContent: "Click on the picture, or choose a place from the list." }),
    make("label", {}, "Place ", list),
    make("div", { className: "bk-row" }, button), said)));
  return box;
}

const KINDS = { choice, order, mark };

function render({ model, el }) {
  const root = make("div", { className: "bk-quiz" });
  const page = `bk-quiz-${pages++}`;
  const total = make("p", { className: "bk-total" });
  total.setAttribute("role", "status");
  const asked = model.get("questions");
  let answers = {}; // every show of the page starts anew

  const count = () => {
    const given = Object.values(answers);
    const right = given.filter((answer) => answer.right).length;
    const first = given.filter((answer) => answer.first).length;
    total.textContent = `Self-test: ${right} of ${asked.length} right.` +
      (right === asked.length ? ` At the first try: ${first} of ${asked.length}.` : "");
  };

  for (const question of asked) {
    const given = (answer, right) => {
      const before = answers[question.number];
      answers = { ...answers, [question.number]: { answer, right,
        tries: (before ? before.tries : 0) + 1, first: before ? before.first : right } };
      model.set("answers", answers);
      model.save_changes();
      count();
    };
    root.append(KINDS[question.kind]({ ...question, given }, page));
  }
  if (asked.length > 1) {
    count();
    root.append(total);
  }
  el.append(root);
}

export default { render };
