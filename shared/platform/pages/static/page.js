// What every page does: a form is sent once, however often it is tapped; ages of figures go on by the stack's clock.
const html = document.documentElement;
let server = Date.parse(html.dataset.now);
let heard = Date.now();

/** The stack's present instant: a drill's clock may run faster than the wall's. */
export function now() {
  return server + (Date.now() - heard) * Number(html.dataset.rate);
}

export function setNow(iso) {
  server = Date.parse(iso);
  heard = Date.now();
}

export function ago(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  for (const [size, word] of [[86400, "日"], [3600, "時間"], [60, "分"]]) {
    if (seconds >= size) return `${Math.floor(seconds / size)}${word}前`;
  }
  return `${seconds}秒前`;
}

export function clock(milliseconds) {
  return new Intl.DateTimeFormat("ja-JP", { timeZone: "Asia/Tokyo", hour: "numeric", minute: "2-digit" }).format(milliseconds);
}

export function tick() {
  const instant = now();
  for (const one of document.querySelectorAll("time[data-ago]")) {
    const age = instant - Date.parse(one.dateTime);
    const text = ago(age);
    if (one.textContent !== text) one.textContent = text;
    if (one.dataset.old) one.classList.toggle("old", age > Number(one.dataset.old) * 1000);
  }
  for (const one of document.querySelectorAll("time[data-clock]")) one.textContent = clock(instant);
}

/** Parts that everybody gets alike carry no session and no command of their own: they are filled in here. */
export function fillForms(root = document) {
  const csrf = document.querySelector("meta[name=csrf]").content;
  for (const field of root.querySelectorAll("input[name=csrf]")) field.value ||= csrf;
  for (const field of root.querySelectorAll("input[name=command]")) field.value ||= newId();
}

/** A UUIDv7, as commands have them. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  let left = Date.now();
  for (let place = 5; place >= 0; place--, left = Math.floor(left / 256)) bytes[place] = left % 256;
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const text = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return text.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) event.preventDefault();
  else if (form.method === "post") form.dataset.sent = "1";
});
// Whoever comes back by the browser's own button finds a form that can be sent.
addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));

fillForms();
tick();
setInterval(tick, 1000);
