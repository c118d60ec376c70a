"""nbgrader's view of this repository: the clone itself is the course folder."""

c = get_config()  # noqa: F821  nbgrader defines it before it runs this file

c.CourseDirectory.course_id = "bpcheck"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "notebooks"

# The line that stands in the place of a solution. `check` reads NotImplementedError as "nothing to check yet".
c.ClearSolutions.code_stub = {"python": "raise NotImplementedError  # replace this line with yours"}

# `nbgrader autograde` and formgrader's button: run submissions in the sandbox, examine them from outside of it.
# Without these lines nbgrader runs a student's code and the verdict in one process, as it does elsewhere.
c.Autograde.sanitize_preprocessors = [
    "bpcheck.grading.preprocessors.RestoreCells",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.Autograde.autograde_preprocessors = [
    "bpcheck.grading.preprocessors.Examine",
    "nbgrader.preprocessors.LimitOutput",
    "bpcheck.grading.preprocessors.SaveMarks",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# What students write is shown on feedback pages and by formgrader without its scripts.
c.HTMLExporter.filters = {"strip_files_prefix": "bpcheck.grading.harmless.prose"}
