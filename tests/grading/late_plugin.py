"""A late penalty of an instructor's own, named by nbgrader_config.py."""

from nbgrader.plugins import BasePlugin


class HourByHour(BasePlugin):
    """A point for each hour."""

    def late_submission_penalty(self, student_id, score, total_seconds_late):  # noqa: ARG002 - nbgrader's names
        return total_seconds_late / 3600
