// Searching is a comfort: without it the page is read by its contents, its services and the browser's own search.
const field = document.getElementById("find");
const found = document.getElementById("found");
const events = [...document.querySelectorAll(".topic.of .event")];
const groups = [...document.querySelectorAll(".topic.of")];
const plain = (text) => text.normalize("NFKC").toLowerCase();
const texts = new Map(events.map((one) => [one, plain(one.textContent)]));

function search() {
  const words = plain(field.value).split(/\s+/u).filter(Boolean);
  let count = 0;
  for (const one of events) {
    const text = texts.get(one);
    one.hidden = !words.every((word) => text.includes(word));
    count += one.hidden ? 0 : 1;
  }
  for (const one of groups) {
    one.hidden = words.length > 0 && !one.querySelector(".event:not([hidden])");
  }
  found.textContent = words.length === 0 ? "" : count === 0 ? "条件に合う出来事はありません" : `${count}件`;
}

// What a link leads to is shown, even where a search has hidden it or a set of codes is closed.
function reveal() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  if (target.closest("[hidden]")) {
    field.value = "";
    search();
  }
  if (target.matches("details")) target.open = true;
  target.scrollIntoView();
}

field.closest(".find").hidden = false;
field.closest("form").addEventListener("submit", (event) => event.preventDefault());
field.addEventListener("input", search);
addEventListener("hashchange", reveal);
reveal();
