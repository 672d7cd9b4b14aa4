"""Running text with tables and notes, cut into pages."""

# A cell with more than this is no table's but a form's, where text is laid out in boxes.
_LONG_CELL = 200


class Flow:
    """Takes text in the order it stands; whole pages gather in `pages`."""

    def __init__(self) -> None:
        self.pages: list[str] = []
        self._text: list[str] = []
        self._rows: list[tuple[list[str], list[str]]] = []  # text before the row, cells of the row so far
        self._notes: list[str] = []
        self._numbered = 0
        self._break_due = False

    def write(self, text: str) -> None:
        """Go on in the line."""
        self._text.append(text)

    def line(self) -> None:
        """End the line."""
        self._text.append("\n")

    def fresh_line(self) -> None:
        """End the line unless it has just begun."""
        if self._text and not self._text[-1].endswith("\n"):
            self._text.append("\n")

    def open_row(self) -> None:
        """Begin a row of a table, which may stand in a cell of another."""
        if not self._rows:
            self.fresh_line()
        self._rows.append((self._text, []))
        self._text = []

    def end_cell(self) -> None:
        """End a cell."""
        if self._rows:
            self._rows[-1][1].append("".join(self._text).strip())
            self._text = []

    def end_row(self) -> None:
        """End the row: its cells stand in a line with tabs between, the boxes of a form below each other."""
        if not self._rows:
            return
        self.end_cell()
        before, cells = self._rows.pop()
        filled = [cell for cell in cells if cell]
        if len(filled) < 2 or any(len(cell) > _LONG_CELL for cell in filled):
            row = "\n".join(filled)
        else:
            row = "\t".join(" ".join(cell.split()) for cell in cells).rstrip()
        before.append(row + "\n" if row else "")
        self._text = before
        if self._break_due and not self._rows:
            self.end_page()

    def note(self, text: str) -> str:
        """Keep a footnote for the foot of the page; returns the mark that stands for it in the text."""
        self._numbered += 1
        self._notes.append(f"[{self._numbered}] {' '.join(text.split())}")
        return f" [{self._numbered}]"

    def end_page(self) -> None:
        """End the page; inside a table, before the row if nothing of it stands yet, or else behind it."""
        if self._rows:
            if len(self._rows) > 1 or self._rows[0][1] or not _is_blank(self._text):
                self._break_due = True
                return
            self.pages.append(self._whole(self._rows[0][0]))
            self._rows[0] = ([], [])
        else:
            self.pages.append(self._whole(self._text))
            self._text = []
        self._break_due = False

    def end_written_page(self) -> None:
        """End the page if there is anything on it."""
        if not _is_blank(self._text) or any(not _is_blank(before) or any(cells) for before, cells in self._rows):
            self.end_page()

    def finish(self) -> None:
        """End whatever is still open; a last page without text is none."""
        while self._rows:
            self.end_row()
        if not _is_blank(self._text) or self._notes or not self.pages:
            self.end_page()

    def _whole(self, text: list[str]) -> str:
        whole = "\n".join(("".join(text).strip("\n"), *self._notes)) if self._notes else "".join(text).strip("\n")
        self._notes = []
        return whole


def _is_blank(text: list[str]) -> bool:
    return all(not piece or piece.isspace() for piece in text)
