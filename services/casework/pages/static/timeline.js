// A person's page: moving in time without leaving it, more of the past, and word of new records that moves nothing.
import { follow } from "./live.js";

const body = document.body;
body.classList.add("scripted");
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

const format = new Intl.DateTimeFormat("ja-JP", {
  timeZone: "Asia/Tokyo", month: "numeric", day: "numeric", weekday: "short", hour: "numeric", minute: "2-digit",
});

function inWords(instant) {
  const part = Object.fromEntries(format.formatToParts(instant).map(({ type, value }) => [type, value]));
  return `${part.month}月${part.day}日(${part.weekday}) ${Number(part.hour)}:${part.minute}`;
}

// ----- as of when -----
let asked;

/** Show the page of another instant in place: the control keeps its focus, the reader their place. */
async function go(address, { push = true } = {}) {
  asked?.abort();
  asked = new AbortController();
  try {
    const answer = await fetch(address, { signal: asked.signal, headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected && !answer.url.includes("/pages/persons/")) throw new Error(answer.status);
    show(new DOMParser().parseFromString(await answer.text(), "text/html"));
    if (push) history.pushState(null, "", answer.url);
  } catch (error) {
    if (error.name !== "AbortError") location.assign(address);
  }
}

function show(page) {
  const fresh = page.getElementById("life");
  if (!fresh) throw new Error("no such page");
  const focus = document.activeElement?.id;
  document.getElementById("life").replaceWith(document.adoptNode(fresh));
  body.classList.toggle("past", page.body.classList.contains("past"));
  document.querySelectorAll("main > .notice:not(#news)").forEach((told) => told.remove());
  if (body.classList.contains("past")) document.getElementById("news").hidden = true;
  prepare();
  const again = document.getElementById(focus) ?? (focus ? document.getElementById("at") : null);
  again?.focus({ preventScroll: true });
}

function prepare() {
  const slider = document.getElementById("at");
  if (!slider) return;
  const steps = slider.dataset.steps ? slider.dataset.steps.split(",") : [];
  const when = document.getElementById("when");
  const is = document.getElementById("when-is");
  if (!steps.length) slider.closest("form").hidden = true;
  let waiting;

  function address() {
    const at = steps[Number(slider.value)];
    const asked = new URLSearchParams(at ? { [`${slider.dataset.sense}_by`]: at } : { by: slider.dataset.sense });
    return `${slider.form.action}?${asked}`;
  }

  slider.addEventListener("input", () => {
    const at = steps[Number(slider.value)];
    when.textContent = at ? inWords(Date.parse(at)) : "";
    is.textContent = at ? "時点" : "いま";
    slider.setAttribute("aria-valuetext", at ? `${when.textContent} 時点` : "いま");
  });
  // Once it is let go of, so that it is not taken from under a finger.
  slider.addEventListener("change", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => go(address()), 150);
  });
}

document.addEventListener("click", (event) => {
  if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
  const more = event.target.closest("[data-more]");
  const step = event.target.closest("#back, #on, #now, .ways .way");
  if (!more && !step) return;
  event.preventDefault();
  if (more) older(more);
  else go(step.href);
});
addEventListener("popstate", () => go(location.href, { push: false }));

// ----- more of the past -----
async function older(link) {
  if (link.dataset.asked) return;
  link.dataset.asked = "1";
  try {
    const answer = await fetch(link.href, { headers: { Accept: "text/html" } });
    if (!answer.ok) throw new Error(answer.status);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const rows = [...page.querySelectorAll("#lanes > li:not(.heads)")];
    document.getElementById("lanes").append(...rows);
    document.getElementById("more").replaceWith(page.getElementById("more"));
    rows[0]?.setAttribute("tabindex", "-1");
    rows[0]?.focus({ preventScroll: true });
  } catch {
    location.assign(link.href);
  }
}

// ----- what came since -----
follow(`${location.pathname}/live`, {
  hold(name, records) {
    const life = document.getElementById("life");
    const waits = name === "records" && !body.classList.contains("past") && Number(records) > Number(life.dataset.records);
    document.getElementById("news").hidden = !waits;
    return true;
  },
});

// What was done is said once, and not again when the page is opened anew.
if (new URLSearchParams(location.search).has("done") && !document.querySelector("[data-awaiting]")) {
  history.replaceState(null, "", location.pathname + location.hash);
}
prepare();
