import pytest

from .cases import fails


@pytest.mark.parametrize(
    "text",
    [
        "\x0crac{1}{2}",
        "3 \times 10^8",
        "$\x08eta$ decay",
        "\theta = 30",
        "rac{1}{2}",
        "frac{1}{2}",
        "$x^2",
        r"\frac{1}{2",
        r"$25 \leq h \leq 30 of work",
        r"$\left( \frac{1}{2} \right$ and \left[ x",
        r"x^{2}}",
        "caf\ufffd",
        "bad \ud83d half",
        "a \neq b",
        r"\begin{matrix} 1 & 2",
        "null\x00byte",
        "\x07lpha",
    ],
)
def test_broken(text: str) -> None:
    assert fails("broken_latex", answer=text)
    assert fails("broken_latex", question=f"What is the value of {text} in the equation?")


@pytest.mark.parametrize(
    "text",
    [
        r"$\frac{1}{2}$",
        "$108 million",
        "$5 and $10",
        r"\$5 per \{unit\}",
        "{",
        "`\\frac{`",
        "echo $HOME",
        r"\left\{ x \right.",
        r"\leftarrow",
        "line one\nline two\tcolumn",
        "x^2 + 1",
        r"\begin{matrix} 1 \end{matrix}",
        "😀 emoji",
        "int main() {",
        r"C:\Users\name",
        "context{}",
    ],
)
def test_intact(text: str) -> None:
    assert not fails("broken_latex", answer=text)
