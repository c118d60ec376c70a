"""A notebook in JupyterLab, driven as a student would: keys into the editor, eyes on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

PATIENCE = 120_000  # milliseconds, for a machine that does much else

READY = """path => {
    const context = window.jupyterapp?.shell.currentWidget?.context;
    return context?.path === path && context.isReady;
}"""
KERNEL_IDLE = "window.jupyterapp.shell.currentWidget.sessionContext.session?.kernel?.status === 'idle'"
PANEL = "const panel = window.jupyterapp.shell.currentWidget;"
INDEX = """
    const index = [...panel.content.model.cells].findIndex(
        cell => cell.getMetadata('nbgrader')?.grade_id === gradeId);
"""
ALL_RAN = f"""() => {{
    {PANEL}
    const code = [...panel.content.model.cells].filter(cell => cell.type === 'code');
    return code.every(cell => cell.executionCount !== null) && {KERNEL_IDLE};
}}"""


class OpenNotebook:
    """The notebook in front, cells by their grade id."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        page.set_default_timeout(PATIENCE)
        page.goto(f"{address}&reset")  # the notebooks of earlier tests stay closed
        page.wait_for_function(READY, arg=urlsplit(address).path.removeprefix("/lab/tree/"))
        page.wait_for_function(KERNEL_IDLE)

    def run_all(self) -> None:
        """Ends when every code cell has run.

        The command's promise ends at the first cell that raises, tag or no tag, and the idle mark goes on
        and off; the numbers of the cells do not lie: the command clears them all before it begins.
        """
        self.page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")
        self.page.wait_for_function(ALL_RAN)

    def saved_form(self) -> dict[str, Any]:
        """The notebook as it would be saved; holds the cells that are off screen, too."""
        return dict(self.page.evaluate(f"() => {{ {PANEL} return panel.content.model.toJSON(); }}"))

    def show(self, grade_id: str) -> Locator:
        """Bring a cell into view and make it the active one."""
        self.page.evaluate(
            f"""async gradeId => {{
                {PANEL}{INDEX}
                panel.content.activeCellIndex = index;
                await panel.content.scrollToItem(index, 'center');
            }}""",
            grade_id,
        )
        return self.page.locator(".jp-Notebook .jp-Cell.jp-mod-active")

    def type_into(self, grade_id: str, text: str) -> None:
        """Replace the source of a cell by keyboard; JupyterLab indents after Enter by itself."""
        cell = self.show(grade_id)
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.press("Delete")
        for number, line in enumerate(text.split("\n")):
            if number:
                self.page.keyboard.press("Enter")
            self.page.keyboard.type(line.strip())

    def run(self, grade_id: str) -> Locator:
        """Run a cell by keyboard; gives the place of its outputs, which may still be the old ones."""
        cell = self.show(grade_id)
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Control+Enter")
        return cell.locator(".jp-Cell-outputArea")
