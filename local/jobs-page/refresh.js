// Draws the jobs anew every second; what was opened stays open, and the keyboard where it was.
setInterval(async () => {
  if (document.hidden) return;
  try {
    const response = await fetch("/");
    if (!response.ok) throw new Error(response.statusText);
    draw(new DOMParser().parseFromString(await response.text(), "text/html"));
    document.body.classList.remove("stale");
  } catch {
    document.body.classList.add("stale");
  }
}, 1_000);

/** @param {Document} page */
function draw(page) {
  const shown = document.querySelector("main");
  const drawn = page.querySelector("main");
  if (shown === null || drawn === null) return;
  for (const { id } of shown.querySelectorAll("details[open]")) {
    drawn.querySelector(`#${id}`)?.setAttribute("open", "");
  }
  document.title = page.title;
  if (drawn.innerHTML === shown.innerHTML) return;
  const focused = document.activeElement?.closest("details")?.id;
  shown.replaceWith(drawn);
  if (focused !== undefined) document.getElementById(focused)?.querySelector("summary")?.focus();
}
