"""What people read when signing in, or a page, says no."""

from shared.kernel.errors import Sentences

PROBLEMS: tuple[Sentences, ...] = (
    Sentences(
        "sign-in.invalid",
        "このリンクではサインインできません。",
        "This link does not sign anybody in: it is too old, or not whole.",
        "新しいリンクをもらい、初めから終わりまで写してください。",
        "Ask for a new link, and take all of it.",
    ),
    Sentences(
        "sign-in.used",
        "このリンクはもう使われました。",
        "This link has been used; it is good for one time.",
        "自分が使ったのでなければ、本部に知らせてください。新しいリンクをもらってください。",
        "Ask for a new link; tell the headquarters if it was not you.",
    ),
    Sentences(
        "page.foreign",
        "このページから送られた操作か確認できません。",
        "This command does not come from a page of ours.",
        "ページを開き直して、もう一度送ってください。",
        "Open the page again, and send it once more.",
    ),
)
