"""What people read when screening says no."""

from shared.kernel.errors import Sentences

PROBLEMS: tuple[Sentences, ...] = (
    Sentences(
        "screening.question-unknown",
        "この質問は、いま使っているめやすにありません。",
        "The destination guide in use has no such question.",
        "めやすの質問を読み直して、答え直してください。",
        "Read the questions of the guide again, and answer those.",
    ),
    Sentences(
        "screening.answer-unknown",
        "この質問に、その答えは選べません。",
        "That is not one of the answers to this question.",
        "めやすの答えから選び直してください。分からないときは答えずに進めます。",
        "Choose one of the guide's answers; what is not known can be left open.",
    ),
    Sentences(
        "guide.unreadable",
        "めやす（規則のデータ）の形が正しくありません。",
        "The guide (rules as data) does not have the right shape.",
        "示された場所を直して、もう一度読み込んでください。",
        "Mend the place that is named and load it again.",
    ),
    Sentences(
        "guide.broken",
        "めやす（規則のデータ）に誤りがあるため、使えません。",
        "The guide (rules as data) is faulty and was not taken into use.",
        "示された行と理由を確かめて直してください。それまでは前のめやすを使います。",
        "Mend the row that is named; until then the guide before it stays in use.",
    ),
    Sentences(
        "guide.entry-unknown",
        "めやすに、その項目はありません。",
        "The guide has no such entry.",
        "めやすの版を確かめてください。",
        "Check which version of the guide it belongs to.",
    ),
)
