"""What is counted is shown, and two applications never share a number."""

from ivr.metrics import Metrics


def test_every_series_is_there_before_it_first_happens() -> None:
    text = Metrics().render().decode()
    for line in (
        'ivr_calls_live{state="talking"} 0.0',
        'ivr_calls_total{outcome="resolved"} 0.0',
        'ivr_handoffs_total{reason="caller_asked"} 0.0',
        'ivr_decode_seconds_count{kind="speculative"} 0.0',
        "ivr_response_time_seconds_count 0.0",
        "ivr_recognition_queue_depth 0.0",
        "ivr_speculations_dropped_total 0.0",
        "ivr_barge_ins_total 0.0",
        "ivr_records_pending 0.0",
    ):
        assert line in text.splitlines()


def test_what_happens_is_counted() -> None:
    metrics = Metrics()
    metrics.response_s.observe(0.55)
    metrics.frames_bad.labels(kind="not_json").inc()
    lines = metrics.render().decode().splitlines()
    assert 'ivr_response_time_seconds_bucket{le="0.5"} 0.0' in lines
    assert 'ivr_response_time_seconds_bucket{le="0.6"} 1.0' in lines
    assert 'ivr_frames_bad_total{kind="not_json"} 1.0' in lines


def test_two_applications_count_apart() -> None:
    one, other = Metrics(), Metrics()
    one.barge_ins.inc()
    assert b"ivr_barge_ins_total 0.0" in other.render()
