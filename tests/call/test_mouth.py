"""What the caller has really heard of us."""

from ivr.call.mouth import MARK_GRACE_MS, Mouth, Phrase

HELLO = Phrase("Hello there friend.", b"\xff" * 8_000)  # one second
HOURS = Phrase("We open at nine.", b"\xff" * 16_000)  # two seconds


class PaperLine:
    """Writes down what is sent."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    def send_audio(self, ulaw: bytes) -> None:
        self.sent.append(f"audio {len(ulaw)}")

    def send_mark(self, name: str) -> None:
        self.sent.append(name)

    def clear(self) -> None:
        self.sent.append("clear")

    def close(self) -> None:
        self.sent.append("close")


def test_each_phrase_is_followed_by_its_mark_and_heard_when_the_mark_returns() -> None:
    line = PaperLine()
    mouth = Mouth(line)
    mouth.say([HELLO, HOURS], now_ms=100)
    assert line.sent == ["audio 8000", "phrase-1", "audio 16000", "phrase-2"]
    mouth.mark_reached("phrase-1")
    assert mouth.finished(1_100) is None
    mouth.mark_reached("phrase-2")
    spoken = mouth.finished(3_100)
    assert spoken is not None
    assert (spoken.text, spoken.start_ms, spoken.end_ms) == ("Hello there friend. We open at nine.", 100, 3_100)
    assert not spoken.interrupted
    assert mouth.finished(3_200) is None


def test_stopping_clears_the_line_and_tells_what_was_heard_and_what_was_not() -> None:
    line = PaperLine()
    mouth = Mouth(line)
    mouth.say([HELLO, HOURS], now_ms=0)
    mouth.mark_reached("phrase-1")
    spoken = mouth.stop(2_000)  # halfway through the second phrase
    assert line.sent[-1] == "clear"
    assert spoken is not None
    assert spoken.text == "Hello there friend. We open…"
    assert spoken.interrupted
    assert not mouth.speaking


def test_a_pause_can_go_on_with_the_sentence_that_was_cut_and_counts_as_one_thing_said() -> None:
    line = PaperLine()
    mouth = Mouth(line)
    mouth.say([HELLO, HOURS], now_ms=0)
    mouth.mark_reached("phrase-1")
    assert mouth.pause(2_000)
    mouth.mark_reached("phrase-2")  # returned by the clear, not heard
    assert not mouth.speaking
    assert mouth.finished(9_000) is None
    mouth.resume(2_800)
    assert line.sent[-2:] == ["audio 16000", "phrase-3"]
    mouth.mark_reached("phrase-3")
    spoken = mouth.finished(4_800)
    assert spoken is not None
    assert spoken.text == "Hello there friend. We open at nine."
    assert not spoken.interrupted


def test_a_pause_that_was_meant_ends_where_it_began() -> None:
    line = PaperLine()
    mouth = Mouth(line)
    mouth.say([HELLO, HOURS], now_ms=0)
    mouth.mark_reached("phrase-1")
    mouth.pause(2_000)
    spoken = mouth.stop(4_000)
    assert spoken is not None
    assert spoken.interrupted
    assert spoken.end_ms == 2_000
    assert line.sent.count("clear") == 1


def test_marks_that_a_clear_returns_do_not_count_as_heard() -> None:
    mouth = Mouth(PaperLine())
    mouth.say([HELLO, HOURS], now_ms=0)
    mouth.stop(300)
    mouth.mark_reached("phrase-1")
    mouth.mark_reached("phrase-2")
    assert mouth.finished(10_000) is None


def test_stopping_in_silence_sends_nothing() -> None:
    line = PaperLine()
    assert Mouth(line).stop(0) is None
    assert line.sent == []


def test_a_line_that_never_returns_marks_does_not_hold_up_the_call() -> None:
    mouth = Mouth(PaperLine())
    mouth.say([HELLO], now_ms=0)
    assert mouth.finished(1_000 + MARK_GRACE_MS) is None
    assert mouth.finished(1_001 + MARK_GRACE_MS) is not None


def test_a_second_thing_said_waits_for_the_first() -> None:
    mouth = Mouth(PaperLine())
    mouth.say([HELLO], now_ms=0)
    mouth.say([HOURS], now_ms=200)
    assert mouth.ends_at_ms == 3_000


def test_a_cut_korean_phrase_is_cut_between_words_and_a_japanese_one_between_characters() -> None:
    mouth = Mouth(PaperLine())
    mouth.say([Phrase("주문하신 상품은 배송 중입니다", b"\xff" * 8_000)], now_ms=0)
    korean = mouth.stop(500)
    assert korean is not None
    assert korean.text == "주문하신 상품은…"
    mouth.say([Phrase("ご注文の商品は配送中です", b"\xff" * 8_000)], now_ms=0)
    japanese = mouth.stop(500)
    assert japanese is not None
    assert japanese.text in {"ご注文の商…", "ご注文の商品…"}
