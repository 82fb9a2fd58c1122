// The film of the reading room: window and level, zoom, pan, invert, ruler, and the answer; by
// pointer or keys. All of it happens here in the page, so that a slow kernel (Binder) delays
// nothing, and an answer goes to the kernel as one message that names its film.

const SIDE = 410; // px on the page
const LEVELS = 4096;
const PATIENCE = 30000; // ms that an answer may wait for the kernel
const HELP = "With the film, or anything beside it, clicked: + − zoom · arrows move · B D brighter, darker · " +
  "C F more, less contrast · I invert · R ruler (drag, or arrows and Enter) · 0 reset · " +
  ", . atlas plate before, next · A to the answer";

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

function make(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}

function render({ model, el }) {
  const canvas = make("canvas", { width: SIDE, height: SIDE, tabIndex: 0, className: "bk-film" });
  canvas.setAttribute("role", "application");
  canvas.setAttribute("aria-roledescription", "radiograph");
  const status = make("div", { className: "bk-said" });
  status.setAttribute("aria-live", "polite");
  const notice = make("div", { className: "bk-notice" }); // what must not be missed
  notice.setAttribute("role", "alert");
  const source = document.createElement("canvas");
  let film, grey, view, ruler, waiting = null; // waiting: the timer of an answer that was sent

  // -- controls ----------------------------------------------------------------------------
  const slider = (name, min, max, step, change) => {
    const input = make("input", { type: "range", min, max, step });
    input.setAttribute("aria-label", name);
    input.addEventListener("input", () => { change(Number(input.value)); draw(); });
    return [make("label", {}, name, input), input];
  };
  const button = (text, title, action) => {
    const node = make("button", { type: "button", textContent: text, title });
    node.addEventListener("click", () => { action(); draw(); });
    return node;
  };
  const [levelLabel, levelInput] = slider("Level", 0, 1, 0.01, (v) => { view.level = v; });
  const [widthLabel, widthInput] = slider("Window", 0.02, 1.5, 0.01, (v) => { view.width = v; });
  const less = button("−", "Zoom out", () => zoom(1 / 1.25));
  const more = button("+", "Zoom in", () => zoom(1.25));
  less.setAttribute("aria-label", "Zoom out");
  more.setAttribute("aria-label", "Zoom in");
  const inverter = button("Invert", "Black for white", () => { view.invert = !view.invert; });
  const measurer = button("Ruler", "Measure a distance", () => toggleRuler());
  const resetter = button("Reset", "The film as it came", () => reset());
  const bar = make("div", { className: "bk-bar" }, levelLabel, widthLabel);
  const buttons = make("div", { className: "bk-bar" }, less, more, inverter, measurer, resetter);
  const field = (name, max) => {
    const input = make("input", { type: "number", min: 0, max, step: 1, className: `bk-${name}` });
    return [make("label", {}, input, name), input];
  };
  const [yearsLabel, years] = field("years", 20);
  const [monthsLabel, months] = field("months", 11);
  const save = make("button", { type: "submit", textContent: "Save and next",
    className: "bk-save" });
  const form = make("form", { className: "bk-bar", noValidate: true }, "Bone age", yearsLabel,
    monthsLabel, save);
  form.addEventListener("submit", (event) => { event.preventDefault(); answer(); });
  form.addEventListener("keydown", (event) => { // not every front end leaves Enter to the form
    if (event.key !== "Enter" || event.target === save) return;
    event.preventDefault();
    answer();
  });
  const help = make("details", { className: "bk-help" },
    make("summary", { textContent: "Keys" }), HELP);
  const root = make("div", { className: "bk-viewer" }, canvas, status, notice, form, bar,
    buttons, help);
  el.append(root);

  // -- the picture -------------------------------------------------------------------------
  function load() {
    const before = film;
    film = model.get("film");
    if (!film || !film.data) return;
    const unsent = before && !waiting && before.place !== film.place &&
      (years.value !== "" || months.value !== "");
    say(film.note || (unsent ? "The hand before was answered in another window. What you had " +
      "typed was not saved; it does not belong to this hand." : ""));
    const bytes = film.data;
    grey = new Uint16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset +
      bytes.byteLength));
    source.width = film.width;
    source.height = film.height;
    years.value = months.value = "";
    reset();
    draw();
    if (root.contains(document.activeElement) || waiting) canvas.focus({ preventScroll: true });
    ready();
  }

  function say(text) {
    notice.textContent = text;
  }

  function ready() { // for an answer
    clearTimeout(waiting);
    waiting = null;
    save.disabled = false;
  }

  function answer() {
    if (waiting) return; // it is on its way
    const [y, m] = [years.value === "" ? 0 : Number(years.value), Number(months.value)];
    if (years.value === "" && months.value === "") {
      say("Give a bone age first: type years and months, or take a plate.");
    } else if (!(Number.isInteger(y) && y >= 0 && y <= 20 && Number.isInteger(m) && m >= 0
        && m <= 11)) {
      say("Years are whole numbers from 0 to 20, months from 0 to 11.");
    } else {
      say("");
      save.disabled = true; // until the next film is here, or the kernel says why it is not
      waiting = setTimeout(() => {
        ready();
        say("No reply for half a minute: the kernel is busy or has stopped. Your answer is " +
          "still in the fields. Press Save and next to send it again; it is kept once only.");
      }, PATIENCE);
      model.send({ years: y, months: m, place: film.place });
    }
  }

  function hear(message) {
    if (message.take) [years.value, months.value] = message.take;
    if (message.refused) {
      ready();
      say(message.refused);
    }
  }

  function reset() {
    view = { level: (film.low + film.high) / 2, width: Math.max(film.high - film.low, 0.02),
      zoom: 1, x: film.width / 2, y: film.height / 2, invert: false };
    ruler = null;
  }

  const scale = () => view.zoom * SIDE / Math.max(film.width, film.height);
  const toPage = (p) => [SIDE / 2 + (p[0] - view.x) * scale(), SIDE / 2 + (p[1] - view.y) * scale()];
  const toFilm = (p) => [
    clamp(view.x + (p[0] - SIDE / 2) / scale(), 0, film.width),
    clamp(view.y + (p[1] - SIDE / 2) / scale(), 0, film.height)];

  function zoom(factor, at = [SIDE / 2, SIDE / 2]) {
    const before = toFilm(at);
    view.zoom = clamp(view.zoom * factor, 1, 8);
    const after = toFilm(at);
    pan(before[0] - after[0], before[1] - after[1]);
  }

  function pan(dx, dy) { // in pixels of the film; it never leaves the window
    const half = SIDE / 2 / scale();
    const hold = (value, size) => half >= size / 2 ? size / 2 : clamp(value, half, size - half);
    view.x = hold(view.x + dx, film.width);
    view.y = hold(view.y + dy, film.height);
  }

  function draw() {
    if (!grey) return;
    view.level = clamp(view.level, 0, 1);
    view.width = clamp(view.width, 0.02, 1.5);
    const table = new Uint8ClampedArray(LEVELS);
    for (let i = 0; i < LEVELS; i++) {
      const value = 255 * ((i / (LEVELS - 1) - view.level) / view.width + 0.5);
      table[i] = view.invert ? 255 - clamp(value, 0, 255) : value;
    }
    const image = new ImageData(film.width, film.height);
    for (let i = 0, j = 0; i < grey.length; i++, j += 4) {
      image.data[j] = image.data[j + 1] = image.data[j + 2] = table[grey[i]];
      image.data[j + 3] = 255;
    }
    source.getContext("2d").putImageData(image, 0, 0);
    const context = canvas.getContext("2d");
    context.fillStyle = "black";
    context.fillRect(0, 0, SIDE, SIDE);
    const [left, top] = toPage([0, 0]);
    context.imageSmoothingEnabled = scale() < 3;
    context.drawImage(source, left, top, film.width * scale(), film.height * scale());
    drawRuler(context);
    levelInput.value = view.level;
    widthInput.value = view.width;
    inverter.setAttribute("aria-pressed", String(view.invert));
    measurer.setAttribute("aria-pressed", String(Boolean(ruler)));
    canvas.setAttribute("aria-label", `${film.label} ${HELP}`);
    status.textContent = ruler ? rulerWords() : `Zoom ${view.zoom.toFixed(1)} · level ` +
      `${view.level.toFixed(2)} · window ${view.width.toFixed(2)}${view.invert ? " · inverted" : ""}`;
    root.dataset.state = JSON.stringify({ ...view, ruler });
  }

  // -- the ruler ---------------------------------------------------------------------------
  function toggleRuler() {
    ruler = ruler ? null : { at: [view.x, view.y], from: null, to: null };
  }

  function distance() {
    const [dx, dy] = [ruler.to[0] - ruler.from[0], ruler.to[1] - ruler.from[1]];
    if (film.spacing) {
      return `${Math.hypot(dy * film.spacing[0], dx * film.spacing[1]).toFixed(1)} mm on the film`;
    }
    return `${Math.hypot(dx, dy).toFixed(0)} pixels (this film does not say how large a pixel is)`;
  }

  function rulerWords() {
    if (!ruler.from) return "Ruler: drag, or move with the arrows (Shift: faster) and press Enter";
    return `Ruler: ${distance()}${ruler.fixed ? "" : " (Enter to end)"}`;
  }

  function drawRuler(context) {
    if (!ruler) return;
    const cross = (point, colour) => {
      const [x, y] = toPage(point);
      for (const [stroke, line] of [["black", 4], [colour, 2]]) {
        context.strokeStyle = stroke;
        context.lineWidth = line;
        context.beginPath();
        context.moveTo(x - 8, y); context.lineTo(x + 8, y);
        context.moveTo(x, y - 8); context.lineTo(x, y + 8);
        context.stroke();
      }
    };
    if (!ruler.from) return cross(ruler.at, "#56B4E9");
    const [start, end] = [toPage(ruler.from), toPage(ruler.to)];
    for (const [stroke, line] of [["black", 5], ["#E69F00", 2.5]]) {
      context.strokeStyle = stroke;
      context.lineWidth = line;
      context.beginPath();
      context.moveTo(...start); context.lineTo(...end);
      context.stroke();
    }
    cross(ruler.from, "#E69F00");
    cross(ruler.to, "#E69F00");
    const text = distance().split(" (")[0].replace(" on the film", "");
    context.font = "bold 16px sans-serif";
    const wide = context.measureText(text).width;
    const x = clamp((start[0] + end[0]) / 2 + 10, 4, SIDE - wide - 8);
    const y = clamp((start[1] + end[1]) / 2 - 10, 20, SIDE - 8);
    context.fillStyle = "rgba(0,0,0,0.75)";
    context.fillRect(x - 4, y - 16, wide + 8, 22);
    context.fillStyle = "#FFD27F";
    context.fillText(text, x, y);
  }

  function setEnd(point) { // first, then second end of the ruler
    if (ruler.from && !ruler.fixed) Object.assign(ruler, { to: point, fixed: true });
    else Object.assign(ruler, { from: point, to: point, fixed: false });
    ruler.at = point;
  }

  // -- pointer -----------------------------------------------------------------------------
  let held = null;
  const pointAt = (event) => {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) * SIDE / box.width,
      (event.clientY - box.top) * SIDE / box.height];
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.focus({ preventScroll: true });
    canvas.setPointerCapture(event.pointerId);
    held = { last: pointAt(event), moved: false };
    if (ruler) setEnd(toFilm(held.last));
    draw();
  });
  canvas.addEventListener("pointermove", (event) => {
    const now = pointAt(event);
    if (ruler && ruler.from && !ruler.fixed) Object.assign(ruler, { to: toFilm(now) });
    if (held) {
      const [dx, dy] = [now[0] - held.last[0], now[1] - held.last[1]];
      held.moved = held.moved || Math.hypot(dx, dy) > 3;
      if (!ruler && (event.shiftKey || view.zoom === 1)) {
        view.width += dx / 400;
        view.level += dy / 400;
      } else if (!ruler) pan(-dx / scale(), -dy / scale());
      if (held.moved || !ruler) held.last = now;
    }
    if (held || ruler) draw();
  });
  canvas.addEventListener("pointerup", () => {
    if (ruler && held && held.moved && ruler.from) ruler.fixed = true;
    held = null;
    draw();
  });
  canvas.addEventListener("wheel", (event) => { // only after a click: the page scrolls otherwise
    if (document.activeElement !== canvas) return;
    event.preventDefault();
    zoom(event.deltaY < 0 ? 1.15 : 1 / 1.15, pointAt(event));
    draw();
  }, { passive: false });

  // -- keyboard ----------------------------------------------------------------------------
  const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const keys = {
    "+": () => zoom(1.25), "=": () => zoom(1.25), "-": () => zoom(1 / 1.25),
    b: () => { view.level -= 0.03; }, d: () => { view.level += 0.03; },
    c: () => { view.width -= 0.05; }, f: () => { view.width += 0.05; },
    i: () => { view.invert = !view.invert; }, r: () => toggleRuler(), 0: () => reset(),
    Escape: () => { ruler = null; },
    Enter: () => { if (ruler) setEnd(ruler.at); },
    ",": () => model.send({ plate: -1 }), ".": () => model.send({ plate: 1 }),
    a: () => { years.focus(); years.select(); },
  };
  // With the focus on the film all keys count. Elsewhere in the same widget (a slider, a button,
  // the atlas plate) only letters and signs do: arrows, Enter and Space belong to what has it.
  const press = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !grey) return;
    const widget = root.closest(".bk-panel") || root;
    if (!widget.contains(event.target) || form.contains(event.target)) return;
    if (event.target !== canvas && (event.key.length > 1 || event.key === " ")) return;
    const step = arrows[event.key];
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (step && ruler) {
      const far = (event.shiftKey ? 15 : 2) / scale();
      ruler.at = toFilm(toPage([ruler.at[0] + far * step[0], ruler.at[1] + far * step[1]]));
      if (ruler.from && !ruler.fixed) ruler.to = ruler.at;
    } else if (step) pan(30 * step[0] / scale(), 30 * step[1] / scale());
    else if (keys[key]) keys[key]();
    else return;
    event.preventDefault();
    draw();
  };
  window.addEventListener("keydown", press, true);

  model.on("change:film", load);
  model.on("msg:custom", hear);
  load();
  return () => {
    clearTimeout(waiting);
    window.removeEventListener("keydown", press, true);
    model.off("change:film", load);
    model.off("msg:custom", hear);
  };
}

export default { render };
