"""What callers tell: numbers, telephone numbers, days and times, money, yes and no, goods, free text."""
