"""What the demo shop calls its couriers, its orders' states and the steps of a delivery, in each language."""

import datetime as dt

from ivr.content.spoken import speak_date
from ivr.content.types import Language

COURIERS: dict[str, dict[Language, str]] = {
    "swift": {"ko": "바람택배", "en": "Swift Parcel", "ja": "かぜ便", "zh": "快风快递"},
    "acorn": {"ko": "도토리배송", "en": "Acorn Delivery", "ja": "どんぐり便", "zh": "橡果配送"},
}
"""Couriers of the demo shop (invented), as they are called in each language."""

STATUSES: dict[str, dict[Language, str]] = {
    "preparing": {"ko": "포장 중", "en": "being packed", "ja": "梱包中", "zh": "打包中"},
    "on_the_way": {"ko": "배송 중", "en": "on its way", "ja": "配送中", "zh": "配送中"},
    "delivered": {"ko": "배송 완료", "en": "delivered", "ja": "配達済み", "zh": "已送达"},
    "cancelled": {"ko": "취소", "en": "cancelled", "ja": "キャンセル", "zh": "已取消"},
    "returning": {"ko": "반품 중", "en": "on its way back", "ja": "返品中", "zh": "退货中"},
}

STEPS: dict[str, dict[Language, str]] = {
    "collected": {
        "ko": "{when} 택배사에 전달됐어요",
        "en": "was handed to the courier {when}",
        "ja": "{when}、配送会社に引き渡されました",
        "zh": "{when}交给了快递公司",
    },
    "at_depot": {
        "ko": "{when} 물류센터에 도착했어요",
        "en": "reached the depot {when}",
        "ja": "{when}、配送センターに到着しました",
        "zh": "{when}到达了配送中心",
    },
    "left_depot": {
        "ko": "{when} 물류센터에서 출발했어요",
        "en": "left the depot {when}",
        "ja": "{when}、配送センターを出発しました",
        "zh": "{when}从配送中心发出了",
    },
    "out_for_delivery": {
        "ko": "{when} 배달을 시작했어요",
        "en": "went out for delivery {when}",
        "ja": "{when}、配達に出ました",
        "zh": "{when}开始派送了",
    },
    "handed_over": {
        "ko": "{when} 받으시는 곳에 도착했어요",
        "en": "was handed over {when}",
        "ja": "{when}、お届け先に到着しました",
        "zh": "{when}送到了收货地址",
    },
    "picked_up": {
        "ko": "{when} 기사님이 상품을 찾아갔어요",
        "en": "was picked up {when}",
        "ja": "{when}、商品を引き取りました",
        "zh": "{when}快递员取走了商品",
    },
}
"""Whole predicates: they are told after the order, as sentences or with "it" before them."""

NO_STEP: dict[Language, str] = {
    "ko": "아직 배송 기록이 없어요",
    "en": "has no news from the courier yet",
    "ja": "まだ配送の記録がありません",
    "zh": "还没有物流记录",
}

_PARTS: dict[Language, tuple[tuple[int, str], ...]] = {
    "ko": ((6, "새벽"), (12, "아침"), (18, "오후"), (24, "저녁")),
    "en": ((12, "morning"), (18, "afternoon"), (24, "evening")),
    "ja": ((12, "朝"), (18, "午後"), (24, "夜")),
    "zh": ((12, "上午"), (18, "下午"), (24, "晚上")),
}


def speak_step(step: str, at: dt.datetime, today: dt.date, language: Language) -> str:
    """Tell a step of a delivery: ``left the depot this morning``, ``오늘 아침 물류센터에서 출발했어요``."""
    if step not in STEPS:
        return NO_STEP[language]
    return STEPS[step][language].format(when=_when(at, today, language))


def _when(at: dt.datetime, today: dt.date, language: Language) -> str:
    """The part of today or yesterday; of earlier days only the day."""
    days = (today - at.date()).days
    day = speak_date(at.date(), today, language)
    if days not in (0, 1):
        return day
    part = next(name for until, name in _PARTS[language] if at.hour < until)
    match language:
        case "ko":
            return f"{day} {part}"
        case "en":
            return f"{'this' if days == 0 else day} {part}"
        case "ja":
            return "今朝" if (days, part) == (0, "朝") else f"{day}の{part}"
        case "zh":
            return day + part
