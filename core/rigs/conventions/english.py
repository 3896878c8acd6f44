"""Plain English, as hand-made keys are called (smile, brow_up_L, mouth open): nobody's standard, so it goes after all
published conventions. A frown is the mouth's, as in ARKit; wide eyes are meant by "wide".
"""

from .convention import Convention, Shown, table

_BROWS_UP: Shown = {"AU1_*": 1.0, "AU2_*": 1.0}

_TWO_SIDED: dict[str, Shown] = {
    **dict.fromkeys(("smile", "mouth smile", "grin"), "AU12_*"),
    **dict.fromkeys(("frown", "mouth frown"), "AU15_*"),
    **dict.fromkeys(("brows up", "brow up", "eyebrows up", "eyebrow up", "brows raise", "brow raise"), _BROWS_UP),
    **dict.fromkeys(("brows down", "brow down", "eyebrows down", "eyebrow down", "brow lower", "brow frown"), "AU4_*"),
    **dict.fromkeys(("blink", "eye blink", "eyes closed", "eye closed", "eyes close", "eye close"), "AU45_*"),
    **dict.fromkeys(("squint", "eye squint", "eyes squint"), "AU7_*"),
    **dict.fromkeys(("eyes wide", "eye wide"), "AU5_*"),
    **dict.fromkeys(("cheek raise", "cheeks up", "cheek up"), "AU6_*"),
    **dict.fromkeys(("cheek puff", "cheeks puff", "puff cheeks", "puff cheek"), "AU34_*"),
    **dict.fromkeys(("sneer", "nose sneer", "nose wrinkle"), "AU9_*"),
    **dict.fromkeys(("upper lip up", "upper lip raise"), "AU10_*"),
    "lower lip down": "AU16_*",
    "dimple": "AU14_*",
    **dict.fromkeys(("mouth wide", "mouth stretch", "lip stretch", "lips stretch"), "AU20_*"),
    **dict.fromkeys(("lip press", "lips press", "mouth press", "press lips"), "AU24_*"),
}

_WHOLE: dict[str, Shown] = {
    **dict.fromkeys(("mouth open", "open mouth", "jaw open", "jaw drop", "jaw down"), "AU26"),
    **dict.fromkeys(("mouth close", "mouth closed", "lips together"), "AU8"),
    **dict.fromkeys(("pucker", "lip pucker", "lips pucker", "mouth pucker", "kiss"), "AU18"),
    **dict.fromkeys(("funnel", "mouth funnel", "lip funnel", "lips funnel"), "AU22"),
    **dict.fromkeys(("pout", "chin raise", "chin up"), "AU17"),
    "tongue out": "AU19",
    **dict.fromkeys(("upper lip suck", "upper lip roll", "upper lip in"), "AU28_upper"),
    **dict.fromkeys(("lower lip suck", "lower lip roll", "lower lip in"), "AU28_lower"),
    **dict.fromkeys(("jaw forward", "jaw out"), "AU29"),
    "jaw left": "AU30_L",
    "jaw right": "AU30_R",
    "mouth left": "mouthLeft",
    "mouth right": "mouthRight",
}

_SHORT_WHOLE: dict[str, Shown] = {"open": "AU26", "closed": "AU8"}
_SHORT_TWO_SIDED: dict[str, Shown] = {"wide": "AU5_*", "puff": "AU34_*"}
"""Words that other things are called by too."""


def _sided(names: dict[str, Shown]) -> dict[str, Shown]:
    """With a side, behind the name or before it."""
    return {spelled: shown for name, shown in names.items() for spelled in (f"{name} {{}}", f"{{}} {name}")}


_KEYS = table(_WHOLE | _TWO_SIDED | _sided(_TWO_SIDED) | _sided({"wink": "AU45_*"}))
_SHORT = table(_SHORT_WHOLE | _SHORT_TWO_SIDED | _sided(_SHORT_TWO_SIDED))

ENGLISH = Convention("plain English", _KEYS, published=False)
ENGLISH_SHORT = Convention("plain English", _KEYS | _SHORT, bare=True, published=False)
