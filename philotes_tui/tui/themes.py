"""A dark and a light look."""

from textual.theme import Theme

DARK = "philotes-dark"
LIGHT = "philotes-light"

THEMES = (
    Theme(
        name=DARK,
        primary="#5fafd7",
        secondary="#87afaf",
        accent="#ffaf5f",
        foreground="#d7d7d7",
        background="#121212",
        surface="#1c1c1c",
        panel="#262626",
        success="#87d787",
        warning="#ffd75f",
        error="#ff6f6f",
        dark=True,
        variables={"footer-key-foreground": "#ffaf5f", "block-cursor-text-style": "bold"},
    ),
    Theme(
        name=LIGHT,
        primary="#005f87",
        secondary="#3a6a6a",
        accent="#9a4f00",
        foreground="#1c1c1c",
        background="#f7f7f5",
        surface="#eeeeea",
        panel="#dededa",
        success="#1f6f1f",
        warning="#7a5900",
        error="#b00020",
        dark=False,
        variables={"footer-key-foreground": "#9a4f00", "block-cursor-text-style": "bold"},
    ),
)
