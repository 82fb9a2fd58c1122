// Shows HTML and tells the kernel what was clicked in it: the nearest element with data-pick.

function render({ model, el }) {
  const box = document.createElement("div");
  box.className = "bk-click-map";
  el.append(box);
  const draw = () => {
    const held = box.contains(document.activeElement) && document.activeElement.dataset.pick;
    box.innerHTML = model.get("value");
    const again = held && box.querySelector(`[data-pick="${CSS.escape(held)}"]`);
    if (again) again.focus({ preventScroll: true }); // a keyboard stays where it was
  };
  box.addEventListener("click", (event) => {
    const target = event.target.closest("[data-pick]");
    if (target && box.contains(target)) model.send({ pick: target.dataset.pick });
  });
  model.on("change:value", draw);
  draw();
  return () => model.off("change:value", draw);
}

export default { render };
