"""The program that makes the tests' own recordings: spoken ones once, noises whenever a test asks."""
