"""What people read when intake says no."""

from shared.kernel.errors import Sentences

PROBLEMS: tuple[Sentences, ...] = (
    Sentences(
        "id.repeated",
        "同じIDの人が1枚の調査票に2人います。",
        "Two members of one sheet have the same id.",
        "どちらかの人のIDを作り直して送ってください。",
        "Make a new id for one of them and send again.",
    ),
    Sentences(
        "household.unknown",
        "この調査票はまだ届いていません。",
        "There is no such household here.",
        "調査票を先に送ってください。",
        "Send the survey sheet first.",
    ),
    Sentences(
        "household.differs",
        "同じIDの調査票がすでにあり、内容が違います。",
        "A sheet with this id came before, with other content.",
        "違う項目を確かめ、直すときは訂正を送ってください。",
        "Look at the fields that differ; send a correction where the stored sheet is wrong.",
    ),
    Sentences(
        "household.not-a-member",
        "この人は世帯に入っていません。",
        "This person is not a member of the household.",
        "家族に追加してから選んでください。",
        "Add the person to the household first.",
    ),
    Sentences(
        "person.unknown",
        "この人はまだ登録されていません。",
        "There is no such person here.",
        "調査票を先に送ってください。",
        "Send the survey sheet first.",
    ),
    Sentences(
        "person.elsewhere",
        "この人のIDは別の世帯で使われています。",
        "A person's id stands on another household's sheet.",
        "人のIDを作り直して送ってください。",
        "Make new ids for these persons and send again.",
    ),
    Sentences(
        "person.dead",
        "この人は亡くなったと記録されています。",
        "This person is recorded as dead.",
        "記録がまちがいのときは、死亡の記録を訂正してください。",
        "Where that is wrong, check the person in with `corrects`.",
    ),
    Sentences(
        "person.same",
        "同じIDの人どうしはまとめられません。",
        "A person cannot be merged with itself.",
        "もう一人のIDを選んでください。",
        "Choose the other registration.",
    ),
    Sentences(
        "disaster.unknown",
        "この災害はまだ登録されていません。",
        "There is no such disaster.",
        "災害を先に登録してください。",
        "Declare the disaster first.",
    ),
    Sentences(
        "disaster.differs",
        "同じIDの災害がすでにあり、内容が違います。",
        "A disaster with this id was declared otherwise.",
        "新しいIDで登録してください。",
        "Declare it under a new id.",
    ),
)
