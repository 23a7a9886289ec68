"""The one family of errors that the domain raises; the web layer turns them into problem details (RFC 9457)."""

from collections.abc import Iterable, Mapping
from typing import ClassVar, NamedTuple


class Problem(Exception):
    """Something that the caller must hear of: a stable code, and details that never hold personal data."""

    status: ClassVar[int] = 500

    def __init__(self, code: str, **details: object) -> None:
        super().__init__(code)
        self.code = code
        self.details = details


class Invalid(Problem):
    """The message cannot be read, or lacks what the command cannot do without."""

    status = 422


class Unauthenticated(Problem):
    """Nobody knows who is calling."""

    status = 401


class Forbidden(Problem):
    """The caller's role or scope does not reach this."""

    status = 403


class NotFound(Problem):
    """There is no such thing, or not for this caller."""

    status = 404


class Conflict(Problem):
    """The same id came before with other content, or somebody else was faster."""

    status = 409


class Refused(Problem):
    """The domain says no: the state of things does not allow the command."""

    status = 409


class Unavailable(Problem):
    """Not now: something that this needs is away for a moment; the same call again will do."""

    status = 503


class Sentences(NamedTuple):
    """What a person reads about one code: what happened, and what to do next."""

    code: str
    ja: str
    en: str
    todo_ja: str
    todo_en: str


def catalogue(*tables: Iterable[Sentences]) -> Mapping[str, Sentences]:
    """Join the problem tables of several rooms. Raises ValueError where two rows claim one code."""
    rows: dict[str, Sentences] = {}
    for table in tables:
        for row in table:
            if rows.setdefault(row.code, row) != row:
                raise ValueError(f"two rows for the problem {row.code}")
    return rows


GENERAL: tuple[Sentences, ...] = (
    Sentences(
        "id.malformed",
        "IDの形が正しく読めません。",
        "An id is not a UUIDv7.",
        "IDを作り直して送ってください。",
        "Make a new UUIDv7 and send again.",
    ),
    Sentences(
        "body.unreadable",
        "送られた内容を読めません。",
        "The message cannot be read.",
        "内容を確認して送り直してください。",
        "Check the message against the API page and send it again.",
    ),
    Sentences(
        "code.unknown",
        "選べない値があります。",
        "A field holds a code that the catalogue does not have.",
        "選択肢の中から選んで送ってください。",
        "Choose one of the codes that are named here.",
    ),
    Sentences(
        "token.missing",
        "サインインしていません。",
        "There is no token.",
        "サインインしてください。",
        "Sign in, or send a bearer token.",
    ),
    Sentences(
        "token.invalid",
        "サインインの期限が切れたか、確認できません。",
        "The token has ended or is not ours.",
        "もう一度サインインしてください。",
        "Sign in again.",
    ),
    Sentences(
        "access.denied",
        "この操作はあなたの担当では行えません。",
        "Your role or scope does not allow this.",
        "担当者または区の本部に頼んでください。",
        "Ask somebody whose task it is, or the ward headquarters.",
    ),
    Sentences(
        "route.unknown",
        "このページはありません。",
        "There is no such address.",
        "アドレスを確認してください。",
        "Check the address.",
    ),
    Sentences(
        "method.unknown",
        "この操作はここではできません。",
        "This address does not take that method.",
        "操作を確認してください。",
        "Check the method.",
    ),
    Sentences(
        "command.raced",
        "同時に別の操作がありました。",
        "Somebody else changed the same thing at the same moment.",
        "もう一度送ってください。",
        "Send the same command again.",
    ),
    Sentences(
        "key.not-here",
        "この人の記録を開く準備ができていません。",
        "The key for this person has not reached this service yet.",
        "少し待って、もう一度送ってください。",
        "Wait a moment and send the same command again.",
    ),
    Sentences(
        "person.forgotten",
        "この人の記録は消去されています。",
        "This person's words were forgotten on request.",
        "何もする必要はありません。",
        "Nothing is to be done.",
    ),
    Sentences(
        "server.busy",
        "いま処理できません。",
        "The service cannot do this right now.",
        "同じ内容をもう一度送ってください。",
        "Send the same command again in a moment.",
    ),
    Sentences(
        "server.failed",
        "システムの中で問題が起きました。",
        "Something failed inside the system.",
        "同じ内容をもう一度送ってください。続くときは本部に知らせてください。",
        "Send the same command again; tell the headquarters if it goes on.",
    ),
    Sentences(
        "body.too-large",
        "送られた内容が大きすぎます。",
        "The message is too large.",
        "分けて送ってください。",
        "Send it in parts.",
    ),
    Sentences(
        "code.malformed",
        "選択肢の欄に文章が入っています。",
        "A text stands where a code should be.",
        "選択肢から選び、文章はメモの欄に書いてください。",
        "Choose one of the codes; write text into a field for notes.",
    ),
    Sentences(
        "text.nul",
        "文章に使えない文字（U+0000）があります。",
        "A text holds U+0000, which cannot be kept.",
        "その文字を消して送ってください。",
        "Remove it and send again.",
    ),
    Sentences(
        "page.malformed",
        "一覧の続きの印が正しくありません。",
        "The page mark is not one of ours.",
        "一覧を最初から開き直してください。",
        "Open the list again from its start.",
    ),
)
"""Problems that every service can answer with."""
