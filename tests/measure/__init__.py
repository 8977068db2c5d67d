"""Programs that measure what the README states; not run by the tests."""
