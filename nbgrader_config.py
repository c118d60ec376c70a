"""nbgrader's view of this repository: the clone itself is the course folder."""

c = get_config()  # noqa: F821  nbgrader defines it before it runs this file

c.CourseDirectory.course_id = "bpcheck"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "notebooks"

# The line that stands in the place of a solution. `check` reads NotImplementedError as "nothing to check yet".
c.ClearSolutions.code_stub = {"python": "raise NotImplementedError  # replace this line with yours"}
