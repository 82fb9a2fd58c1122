// Keeps the keys of a widget away from the notebook around it. JupyterLab takes any key that is
// pressed outside a text field for its own: D D deletes the cell. A click on a picture inside the
// widget gives the widget the focus, so that the next key is not the notebook's either.

const SUPPRESS = "data-lm-suppress-shortcuts"; // the attribute that JupyterLab looks for

function render({ el }) {
  const panelOf = (event) => {
    const panel = el.closest(".bk-panel");
    return panel && panel.contains(event.target) ? panel : null;
  };
  const stop = (event) => event.stopPropagation();
  const keep = (event) => {
    const panel = panelOf(event);
    if (!panel) return;
    const saves = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s";
    panel.toggleAttribute(SUPPRESS, !saves); // Ctrl+S still saves the notebook
    if (saves) panel.removeEventListener("keydown", stop);
    else panel.addEventListener("keydown", stop); // the same listener is added once only
  };
  const makeFocusable = (event) => {
    const panel = panelOf(event);
    if (panel && !panel.hasAttribute("tabindex")) panel.tabIndex = -1;
  };
  window.addEventListener("keydown", keep, true); // before JupyterLab's own, on the document
  window.addEventListener("pointerdown", makeFocusable, true);
  return () => {
    window.removeEventListener("keydown", keep, true);
    window.removeEventListener("pointerdown", makeFocusable, true);
  };
}

export default { render };
