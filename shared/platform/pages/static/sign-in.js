// Exchanges the code behind the # for a session. A fragment never leaves the browser by itself, and GET never acts.
const here = document.getElementById("exchange");
const code = location.hash.slice(1);

function tell(title, say, todo) {
  document.getElementById("title").textContent = title;
  document.getElementById("say").textContent = say;
  document.getElementById("todo").textContent = todo;
}

async function exchange() {
  history.replaceState(null, "", location.pathname + location.search);
  tell("サインイン", "サインインしています…", "");
  try {
    const answer = await fetch(here.dataset.exchange, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ code, next: here.dataset.next }),
    });
    const body = await answer.json();
    if (answer.ok) location.replace(body.next);
    else tell("サインインできません", body.detail_ja, body.todo_ja);
  } catch {
    tell("つながりません", "ネットワークにつながっていません。", "つながってから、リンクをもう一度開いてください。");
  }
}

if (code) exchange();
else if (new URLSearchParams(location.search).has("out")) tell("サインアウトしました", "このページは閉じてかまいません。", "");
