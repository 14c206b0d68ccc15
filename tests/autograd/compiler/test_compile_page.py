"""The page on compiled functions shows the program that its example makes."""

import re
from pathlib import Path
from typing import Any

PAGE = Path(__file__).resolve().parents[3] / "docs" / "compile.md"


def test_the_program_on_the_page_is_the_real_one() -> None:
    example, program, *_ = re.findall(
        r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    names: dict[str, Any] = {}
    exec(example, names)
    (plan,) = names["step"].plans
    assert plan.source == program
