"""The demo shop's tables and its orders. Dates are days from the day of seeding."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Date, ForeignKey, Integer, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """All tables of the demo shop."""


class Order(Base):
    """One order. ``day`` is the day its status is about: of leaving, arriving, cancelling or refunding."""

    __tablename__ = "orders"
    number: Mapped[str] = mapped_column(String(20), primary_key=True)
    status: Mapped[str] = mapped_column(String(20))
    customer_name: Mapped[str] = mapped_column(String(80))
    customer_phone: Mapped[str] = mapped_column(String(20), index=True)
    item: Mapped[str] = mapped_column(ForeignKey("products.sku"))
    quantity: Mapped[int] = mapped_column(Integer)
    courier: Mapped[str | None] = mapped_column(String(40), default=None)
    ordered_on: Mapped[dt.date] = mapped_column(Date)
    day: Mapped[dt.date] = mapped_column(Date)


class Product(Base):
    """A product, named in each language."""

    __tablename__ = "products"
    sku: Mapped[str] = mapped_column(String(40), primary_key=True)
    ko: Mapped[str] = mapped_column(String(80))
    en: Mapped[str] = mapped_column(String(80))
    ja: Mapped[str] = mapped_column(String(80))
    zh: Mapped[str] = mapped_column(String(80))


class Seeding(Base):
    """The day the demo orders were dated from."""

    __tablename__ = "seeding"
    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[dt.date] = mapped_column(Date)


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

COURIERS: dict[str, dict[str, str]] = {
    "swift": {"ko": "바람택배", "en": "Swift Parcel", "ja": "かぜ便", "zh": "快风快递"},
    "acorn": {"ko": "도토리배송", "en": "Acorn Delivery", "ja": "どんぐり便", "zh": "橡果配送"},
}
"""Couriers of the demo shop (invented), as they are called in each language."""

STATUSES: dict[str, dict[str, str]] = {
    "preparing": {"ko": "포장 중", "en": "being packed", "ja": "梱包中", "zh": "打包中"},
    "on_the_way": {"ko": "배송 중", "en": "on its way", "ja": "配送中", "zh": "配送中"},
    "delivered": {"ko": "배송 완료", "en": "delivered", "ja": "配達済み", "zh": "已送达"},
    "cancelled": {"ko": "취소", "en": "cancelled", "ja": "キャンセル", "zh": "已取消"},
    "returning": {"ko": "반품 중", "en": "on its way back", "ja": "返品中", "zh": "退货中"},
}

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
