"""The demo shop's orders, and what belongs to them. Days are counted from the day of seeding."""

from dataclasses import dataclass


@dataclass(frozen=True)
class DemoOrder:
    """One demo order; days are relative to the day of seeding."""

    number: str
    status: str
    item: str
    ordered: int
    day: int
    courier: str | None
    customer: str
    phone: str
    quantity: int = 1


PRODUCTS: tuple[tuple[str, str, str, str, str], ...] = (
    ("sneakers", "운동화", "running shoes", "スニーカー", "运动鞋"),
    ("raincoat", "비옷", "raincoat", "レインコート", "雨衣"),
    ("kettle", "전기 주전자", "electric kettle", "電気ケトル", "电热水壶"),
    ("blanket", "담요", "blanket", "毛布", "毛毯"),
    ("headphones", "헤드폰", "headphones", "ヘッドホン", "耳机"),
    ("backpack", "배낭", "backpack", "リュックサック", "双肩包"),
    ("lamp", "책상 조명", "desk lamp", "デスクライト", "台灯"),
    ("mug", "머그컵", "coffee mug", "マグカップ", "马克杯"),
)
"""SKU, then its name in Korean, English, Japanese and Chinese."""

PRICES: dict[str, int] = {
    "sneakers": 59_000,
    "raincoat": 23_000,
    "kettle": 35_900,
    "blanket": 29_900,
    "headphones": 89_000,
    "backpack": 64_000,
    "lamp": 42_500,
    "mug": 8_900,
}
"""Won, delivery included."""

STOCK: tuple[tuple[str, int, int | None], ...] = (
    *(("sneakers", 12, None), ("raincoat", 0, 5), ("kettle", 7, None), ("blanket", 31, None)),
    *(("headphones", 0, 9), ("backpack", 3, None), ("lamp", 18, None), ("mug", 46, None)),
)
"""SKU, how many there are, in how many days more come."""

ORDERS: tuple[DemoOrder, ...] = (
    DemoOrder("47291", "on_the_way", "sneakers", -2, 1, "swift", "김하늘", "+821055500101"),
    DemoOrder("58306", "delivered", "kettle", -5, -1, "acorn", "이서준", "+821055500102"),
    DemoOrder("61042", "preparing", "backpack", 0, 1, None, "박지우", "+821055500103"),
    DemoOrder("30517", "on_the_way", "headphones", -3, 0, "acorn", "Emma Clark", "+12025550104"),
    DemoOrder("82964", "delivered", "blanket", -9, -3, "swift", "최유나", "+821055500105"),
    DemoOrder("19375", "cancelled", "lamp", -4, -2, None, "정민호", "+821055500106"),
    DemoOrder("74608", "returning", "raincoat", -12, 3, "swift", "James Miller", "+12025550107"),
    DemoOrder("25183", "preparing", "mug", -1, 2, None, "佐藤葵", "+815055500108", quantity=4),
    DemoOrder("96720", "on_the_way", "lamp", -1, 2, "swift", "王芳", "+8613055500109"),
    DemoOrder("43859", "delivered", "headphones", -20, -15, "acorn", "강도윤", "+821055500110"),
    DemoOrder("50914", "on_the_way", "blanket", -2, 1, "acorn", "鈴木蓮", "+815055500111", quantity=2),
    DemoOrder("68437", "returning", "sneakers", -10, 2, "acorn", "조은서", "+821055500112"),
)
"""Telephone numbers are from ranges set aside for fiction, or made like them."""

STEPS_TAKEN: tuple[tuple[str, str, int, int], ...] = (
    *(("47291", "collected", -1, 17), ("47291", "at_depot", -1, 22), ("47291", "left_depot", 0, 0)),
    *(("58306", "left_depot", -2, 23), ("58306", "out_for_delivery", -1, 8), ("58306", "handed_over", -1, 14)),
    *(("30517", "collected", -2, 16), ("30517", "left_depot", -1, 21), ("30517", "out_for_delivery", 0, 0)),
    *(("82964", "out_for_delivery", -3, 9), ("82964", "handed_over", -3, 11)),
    *(("74608", "picked_up", -1, 15),),
    *(("96720", "collected", -1, 18),),
    *(("43859", "handed_over", -15, 13),),
    *(("50914", "collected", -1, 16), ("50914", "at_depot", -1, 23)),
    *(("68437", "picked_up", -2, 10),),
)
"""Order, step, day and hour."""

SENT_BACK: tuple[tuple[str, str, int], ...] = (("74608", "return", -1), ("68437", "return", -2))
"""Order, return or exchange, day of the pick-up."""

REFUNDS: tuple[tuple[str, bool, int], ...] = (("19375", True, -1), ("74608", False, 3), ("68437", False, 2))
"""Order, whether it is paid, and the day."""

COUPONS: tuple[tuple[str, int, bool], ...] = (
    *(("+821055500101", 6, False), ("+821055500101", 30, False), ("+821055500101", -4, False)),
    *(("+821055500102", 12, False), ("+821055500103", 3, True), ("+12025550104", 20, False)),
    *(("+12025550107", 9, False), ("+12025550107", 9, False), ("+815055500108", 14, False)),
    *(("+8613055500109", 25, False), ("+8613055500109", 40, False)),
)
"""Customer, day of expiry, whether it is used."""

OTHER_NAMES: dict[str, str] = {
    "+821055500101": "Kim Haneul",
    "+821055500102": "Lee Seojun",
    "+821055500103": "Park Jiwoo",
    "+12025550104": "에마 클라크/엠마 클라크/エマ・クラーク/艾玛克拉克",
    "+821055500105": "Choi Yuna",
    "+821055500106": "Jung Minho",
    "+12025550107": "제임스 밀러/ジェームズ・ミラー/詹姆斯米勒",
    "+815055500108": "さとうあおい/佐藤あおい/Aoi Sato/사토 아오이",
    "+8613055500109": "Wang Fang/왕팡",
    "+821055500110": "Kang Doyun",
    "+815055500111": "すずきれん/鈴木れん/Ren Suzuki/스즈키 렌",
    "+821055500112": "Cho Eunseo",
}
"""Customer → how the name is written in other scripts, and read."""
