// The board follows what happens. Nothing moves under a finger: what is new among the overdue waits behind a button.
import { follow } from "./live.js";

const board = document.getElementById("board");
const work = document.getElementById("work");
const fresh = document.getElementById("fresh");
const wall = document.documentElement.dataset.theme === "wall";
const UNTOUCHED = 30_000;
let latest = "";
let touched = Date.now();
for (const one of ["pointerdown", "pointermove", "keydown", "wheel"]) {
  addEventListener(one, () => (touched = Date.now()), { passive: true });
}

const rows = (root) => new Map([...root.querySelectorAll("li[data-key]")].map((row) => [row.dataset.key, row]));

/** Update the rows that stand there in their places; count what would be new. Returns whether the part was dealt with. */
function hold(name, part) {
  if (name !== "work" || wall) return false;
  latest = part;
  const shown = rows(work);
  const template = document.createElement("template");
  template.innerHTML = part;
  const coming = rows(template.content);
  if (!shown.size) return renew();
  let gone = 0;
  for (const [key, row] of shown) {
    const now = coming.get(key);
    if (!now) {
      leave(row);
      gone += 1;
    } else if (row.innerHTML !== now.innerHTML && !row.contains(document.activeElement)) {
      row.classList.remove("gone");
      row.innerHTML = now.innerHTML;
    }
  }
  // Where all is done and no finger is near, the list may be made anew by itself.
  if (gone === shown.size && Date.now() - touched > UNTOUCHED) return renew();
  tell([...coming.keys()].filter((key) => !shown.has(key)).length, gone);
  return true;
}

/** Somebody has it now, or it is done: the row stays where it is, and says so. */
function leave(row) {
  if (row.classList.contains("gone")) return;
  row.classList.add("gone");
  const state = row.firstElementChild;
  state.className = "done-ink";
  state.textContent = "✓ 済み";
  const button = row.querySelector(".btn");
  if (button) {
    button.classList.remove("main");
    button.textContent = "開く";
  }
}

function tell(news, gone) {
  fresh.hidden = !news && !gone;
  fresh.textContent = news ? `新着${news}件を表示` : `済んだ${gone}件を片づける`;
}

/** Show the list as it is now. */
function renew() {
  if (work.innerHTML !== latest) work.innerHTML = latest;
  fresh.hidden = true;
  return true;
}

fresh.addEventListener("click", () => {
  renew();
  work.tabIndex = -1;
  work.focus({ preventScroll: true });
});

/** Folded parts stay as somebody left them, though their content is replaced. */
function keepOpen() {
  const open = [...document.querySelectorAll("details[open]")].map((one) => one.id);
  return () => open.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
}

let reopen = () => {};
follow(board.dataset.stream, {
  hold: (name, part) => {
    if (name === "clock") reopen = keepOpen();
    return hold(name, part);
  },
  onState: () => reopen(),
});
