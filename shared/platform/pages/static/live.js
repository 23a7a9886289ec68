// Follows a stream of whole views. What is shown is right after any break: each connection begins with the whole.
import { clock, fillForms, now, setNow, tick } from "./page.js";

const SILENCE = 30_000;
const AGAIN = 3_000;

/**
 * Follow `url`. Each part replaces what stands in [data-part=NAME], where it differs; a part that `hold(name, html)`
 * returns true for is left to the caller (news that waits behind a button). `onState` hears of every state.
 */
export function follow(url, { hold = () => false, onState = () => {} } = {}) {
  const bar = document.getElementById("stopped");
  let last = Date.now();
  let shownAt = now();
  let source;
  let asked = 0;

  function alive(at) {
    last = Date.now();
    setNow(at);
    shownAt = Date.parse(at);
    bar.hidden = true;
    tick();
  }

  function state(event) {
    const { at, parts } = JSON.parse(event.data);
    for (const [name, part] of Object.entries(parts)) {
      if (!hold(name, part)) place(name, part);
    }
    alive(at);
    onState(parts);
  }

  function connect() {
    asked = Date.now();
    source?.close();
    source = new EventSource(url);
    source.addEventListener("state", state);
    source.addEventListener("beat", (event) => alive(event.data));
  }

  setInterval(() => {
    // A refused stream (signed out, the service away) is not asked for again by the browser itself.
    if (source.readyState === EventSource.CLOSED && Date.now() - asked > AGAIN) connect();
    if (Date.now() - last > SILENCE && bar.hidden) {
      bar.textContent = `更新が止まっています(${clock(shownAt)}の内容)`;
      bar.hidden = false;
    }
  }, 1000);
  addEventListener("online", connect);
  connect();
}

/** Put a part where it belongs, if it differs; keep focus and scroll of what stays. */
const shown = new WeakMap();

export function place(name, part) {
  for (const there of document.querySelectorAll(`[data-part="${name}"]`)) {
    if (shown.get(there) === part) continue;
    shown.set(there, part);
    const focused = there.contains(document.activeElement) ? document.activeElement.id : "";
    there.innerHTML = part;
    fillForms(there);
    if (focused) document.getElementById(focused)?.focus();
  }
}
