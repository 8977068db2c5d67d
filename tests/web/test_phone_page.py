"""What the phone page shows in a real browser, live and in two languages."""

from playwright.sync_api import expect

from ivr.settings import load_settings
from tests.web.browser import launch
from tests.web.page import browser_test, open_phone, ring
from tests.web.stage import on_stage

CALLER_TURN: dict[str, object] = {
    "speaker": "caller",
    "text": "where is my order <img src=x onerror=\"document.body.dataset.owned='yes'\"><script>1</script>",
    "language": "en",
    "start_ms": 5120,
    "end_ms": 8340,
    "intent": "order_status",
    "intent_confidence": 0.91,
    "slots": {"order_number": "47291"},
    "emotion": None,
    "prosody": {"energy_db": -24.1, "f0_median_hz": 182.4},
    "speech_rate": 4.83,
    "frustration": None,
}
ASSISTANT_TURN: dict[str, object] = {
    "speaker": "assistant",
    "text": "It is on its way.",
    "language": "en",
    "start_ms": 8700,
    "end_ms": 10000,
    "response_ms": 430,
}


@browser_test
def test_the_conversation_is_shown_live_and_html_in_it_is_only_text() -> None:
    with on_stage() as stage, launch() as page:
        ring(page, stage)
        stage.show("speaking", text="Hello.")
        stage.show("speaking", text="How can I help you?")
        expect(page.locator(".turn.partial.assistant .words")).to_have_text("Hello. How can I help you?")
        stage.show("partial", text="where is")
        expect(page.locator(".turn.partial.caller")).to_contain_text("where is")
        stage.show("turn", **CALLER_TURN)
        stage.show("partial", text="and")
        stage.show("partial", text="")
        stage.show(
            "decision", at_ms=8400, action="answer", reason="<b>order</b> found", contributions={"not_there": 0.2}
        )
        stage.show("turn", **ASSISTANT_TURN)

        turns = page.locator("#turns .turn")
        expect(turns).to_have_count(2)
        caller, assistant = turns.nth(0), turns.nth(1)
        assert caller.locator(".words").inner_text() == CALLER_TURN["text"]
        assert page.locator("#turns img, #turns script, #decisions b").count() == 0
        assert page.locator("body").get_attribute("data-owned") is None
        facts = caller.locator(".facts").inner_text().replace("\n", " ")
        for fact in (
            "English",
            "order_status (91 %)",
            "4.8 syll/s",
            "-24 dB",
            "182 Hz",
        ):
            assert fact in facts
        assert "Feeling" not in facts, "what is not known is left out"
        assert "430 ms" in assistant.inner_text()
        boxes = caller.bounding_box(), assistant.bounding_box()
        assert boxes[0] and boxes[1]
        assert boxes[0]["x"] > boxes[1]["x"], "the caller stands on the right"
        decision = page.locator("#decisions .decision")
        expect(decision).to_contain_text("Answer")
        expect(decision).to_contain_text("<b>order</b> found")
        expect(decision).to_contain_text("0.20")

        stage.show("handoff", reason="caller_asked", summary={"headline": "Asks about an order"}, status="waiting")
        expect(page.locator(".handoff")).to_contain_text("the caller asked")

        page.get_by_role("button", name="한국어").click()
        expect(page.locator("#turns .turn.caller .who").first).to_contain_text("고객")
        expect(page.locator("#decisions .decision").first).to_contain_text("답하기")
        expect(page.locator("#call")).to_have_text("전화 끊기")


@browser_test
def test_every_turn_shows_feeling_frustration_what_made_it_and_what_was_decided() -> None:
    felt = {
        **CALLER_TURN,
        "emotion": {"label": "angry", "confidence": 0.74, "arousal": 0.6, "valence": -0.5},
        "frustration": 0.55,
        "contributions": {"carried": 0.1, "voice": 0.2, "speed": 0.002, "words": 0.25},
    }
    with on_stage() as stage, launch() as page:
        ring(page, stage)
        stage.show("turn", **felt)
        stage.show("decision", at_ms=8400, action="ask", reason="first thought")
        stage.show(
            "decision", at_ms=8500, action="offer_agent", reason="frustration 0.55: <i>a person</i> is offered"
        )
        turn = page.locator("#turns .turn.caller")
        expect(turn.locator(".feeling")).to_contain_text("angry (74 %)")
        expect(turn.locator(".score")).to_contain_text("0.55")
        expect(turn.locator(".signs dt")).to_have_text(["left from before", "angry voice", "angry words"])
        widths = [float(bar.get_attribute("value") or "nan") for bar in turn.locator(".signs meter").all()]
        assert widths == [0.1, 0.2, 0.25]
        expect(turn.locator(".then")).to_have_text(
            "Decision: Offer a person · frustration 0.55: <i>a person</i> is offered"
        )
        stage.show("turn", **{**CALLER_TURN, "start_ms": 12_000, "end_ms": 13_000})
        seen = {"confidence": 0.9, "voice": 0.2, "frustration": 0.2, "silences": 3}
        stage.show("decision", at_ms=13_100, action="answer", reason="found", contributions=seen)
        expect(turn.nth(1).locator(".then")).to_contain_text("Answer · found")
        expect(turn.nth(0).locator(".then")).to_contain_text("a person")
        assert turn.nth(1).locator(".score").count() == 0, "what was not judged is left out"
        answered = page.locator("#decisions .decision").nth(2)
        expect(answered.locator("dt")).to_have_text(["sureness", "silences"])
        assert answered.locator("meter").count() == 1, "a count is no strength"

        page.get_by_role("button", name="한국어").click()
        expect(turn.first.locator(".signs dt").nth(1)).to_have_text("화난 목소리")
        expect(turn.first.locator(".then")).to_contain_text("상담원 제안")
        expect(turn.nth(1).locator(".then")).to_contain_text("답하기")


@browser_test
def test_a_turn_that_the_caller_went_on_with_stands_there_once() -> None:
    with on_stage() as stage, launch() as page:
        ring(page, stage)
        stage.show("turn", **CALLER_TURN)
        stage.show("decision", at_ms=8400, action="ask", reason="which one")
        whole = {**CALLER_TURN, "text": "where is it, and when does it come"}
        stage.show("went_on", **whole, since_ms=8400)
        stage.show("decision", at_ms=9400, action="answer", reason="found")
        expect(page.locator("#turns .turn.caller")).to_have_count(1)
        expect(page.locator("#turns .turn.caller .words")).to_have_text(str(whole["text"]))
        expect(page.locator("#decisions .decision").nth(0)).to_contain_text("taken back")
        expect(page.locator("#decisions .decision").nth(1)).not_to_contain_text("taken back")


@browser_test
def test_the_newest_words_stay_in_view_unless_the_reader_scrolled_up() -> None:
    with on_stage() as stage, launch() as page:
        ring(page, stage)
        turns = page.locator("#turns .turn:not(.partial)")
        for round_ in range(12):
            stage.show("speaking", text="It is on its way.")
            stage.show("turn", **{**ASSISTANT_TURN, "text": f"It is on its way, {round_}. " * 6})
        expect(turns).to_have_count(12)
        expect(turns.last).to_be_in_viewport(ratio=0.9)
        page.locator("#turns").evaluate("list => (list.scrollTop = 0)")
        stage.show("turn", **ASSISTANT_TURN)
        expect(turns).to_have_count(13)
        assert page.locator("#turns").evaluate("list => list.scrollTop") == 0


@browser_test
def test_the_language_of_the_page_is_remembered_and_that_of_the_call_is_sent() -> None:
    with on_stage() as stage, launch(locale="ko-KR") as page:
        open_phone(page, stage)
        expect(page.locator("h1")).to_have_text("전화")
        page.get_by_role("button", name="English").click()
        expect(page.locator("h1")).to_have_text("Phone")
        page.reload()
        page.wait_for_selector("body[data-ready]")
        expect(page.locator("h1")).to_have_text("Phone")
        assert page.evaluate("document.documentElement.lang") == "en"
        page.get_by_label("Spoken language").select_option("ja")
        page.click("#call")
        assert stage.call().info.language == "ja"


@browser_test
def test_with_credentials_the_page_asks_for_the_token_once_and_then_calls() -> None:
    token, secret = "a-token-for-this-test", "a-secret-for-this-test"
    settings = load_settings(api_token=token, twilio_auth_token=secret)
    with on_stage(settings=settings) as stage, launch() as page:
        refused = page.goto(f"{stage.url}/phone")
        assert refused and refused.status == 401
        page.goto(f"{stage.url}/phone?token={token}")
        page.wait_for_selector("body[data-ready]")
        assert token not in page.url
        page.click("#call")
        stage.call()
        expect(page.locator("body")).to_have_attribute("data-state", "live")
        stage.show("turn", **ASSISTANT_TURN)
        expect(page.locator("#turns .turn")).to_have_count(1)


@browser_test
def test_a_phone_sized_window_needs_no_sideways_scrolling() -> None:
    with on_stage() as stage, launch(width=390, height=844) as page:
        call = ring(page, stage)
        key = page.get_by_role("button", name="Key 0")
        expect(key).to_be_hidden()  # a small screen is for the conversation
        page.locator("summary").click()
        key.click()
        assert call.wait(lambda call: call.keys == "0", 5)
        for path in ("/phone", "/"):
            page.goto(stage.url + path)
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= 390, path
