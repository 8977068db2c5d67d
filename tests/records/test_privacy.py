"""Numbers are hidden however people write them; what names nobody stays."""

import pytest

from ivr.records.masking import mask_text
from ivr.records.privacy import mask_number


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("+821012345678", "+8210****5678"),
        ("010-1234-5678", "010****5678"),
        ("+1 (415) 555-2671", "+141****2671"),
        ("02-123-4567", "0****4567"),
        ("1004", "**04"),
        ("7", "*"),
        ("sip:01012345678@example.com", "010****5678"),
        ("anonymous", "anonymous"),
        ("", ""),
        (None, None),
    ],
)
def test_a_caller_number_keeps_its_ends_only(number: str | None, masked: str | None) -> None:
    assert mask_number(number) == masked


@pytest.mark.parametrize(
    "said",
    [
        "전화는 010 1234 5678입니다",
        "번호는01012345678입니다",
        "+82-10-1234-5678",
        "02-1234-5678",
        "(415) 555-2671",
        "415.555.2671",
        "+1 415 555 2671",
        "03-1234-5678に電話",
        "090–1234–5678",
        "我的电话是13800138000",
        "+86 138 0013 8000",
        "0 1 0 1 2 3 4 5 6 7 8",
        "０１０－１２３４－５６７８",
        "from01012345678",
        "number:5551234567,",
    ],
)
def test_telephone_numbers_in_text_are_masked(said: str) -> None:
    masked = mask_text(said)
    assert "****" in masked
    assert sum(character.isdigit() for character in masked) <= sum(map(str.isdigit, said)) - 4


@pytest.mark.parametrize(
    "card",
    ["4111 1111 1111 1111", "4111-1111-1111-1111", "4111111111111111", "378282246310005", "6304000000000000000"],
)
def test_of_a_card_number_only_the_last_four_digits_stay(card: str) -> None:
    masked = mask_text(f"my card is {card}, thanks")
    digits = [character for character in card if character.isdigit()]
    assert masked == f"my card is {'*' * (len(digits) - 4)}{''.join(digits[-4:])}, thanks"


@pytest.mark.parametrize("said", ["공일공 일이삼사 오육칠팔", "一三八零零一三八零零零"])
def test_digits_said_one_by_one_are_masked_altogether(said: str) -> None:
    assert mask_text(said) == "*" * 8


@pytest.mark.parametrize(
    "text",
    [
        "order 47291 of 2026-01-31",
        "2026-01-31T02:03:04.567890Z",
        "peer 192.168.100.200",
        "confidence 0.12345678901",
        "-0.123456789",
        "took 120 ms and 340 ms",
        "CA0123456789abcdef0123456789abcdef",
        "CA12345678901234567890123456789012",
        "550e8400-e29b-41d4-a716-446655440000",
        "<object at 0x7f1234567890>",
        "sha256:905e5bf8336bcc625ba4e33498d675a4b935504118c594d868c36e91a60c1a57",
        "",
        "오늘 오전 열시",
    ],
)
def test_what_names_nobody_stays(text: str) -> None:
    assert mask_text(text) == text


def test_a_token_in_an_address_is_masked() -> None:
    assert mask_text("GET /phone?token=s3cr3t-token&ui=ko") == "GET /phone?token=********&ui=ko"


def test_a_long_run_takes_no_long_time() -> None:
    assert mask_text("1 " * 50_000).count("1") < 50_000
    assert mask_text("1" * 100_000) == "*" * 8
