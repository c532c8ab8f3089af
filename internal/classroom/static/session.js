// Keeps the count of places taken and the time left up to date. Without it the
// page has a button that does the same.
const taken = document.getElementById("taken");
const left = document.getElementById("left");
const every = 10_000; // ms

async function look() {
  if (document.visibilityState !== "visible") return;
  const reply = await fetch(taken.dataset.of, { cache: "no-store" });
  if (!reply.ok) return;
  const now = await reply.json();
  if (now.state !== "open") return location.reload();
  taken.textContent = now.taken;
  left.textContent = now.left;
}

setInterval(() => look().catch(() => {}), every);
