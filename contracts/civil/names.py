"""Names of persons as they stand on paper."""


def looks_like_name(text: str) -> bool:
    """Two to seven words of letters, each with a capital: what may stand alone on the line under a label."""
    words = text.split()
    return 2 <= len(words) <= 7 and all(word[:1].isupper() and word.isalpha() for word in words)
