"""What `import bpcheck` brings: every public name, and nothing that costs time before it is used."""

import subprocess
import sys

import pytest

import bpcheck


def test_every_public_name_can_be_had_and_is_listed():
    for name in bpcheck.__all__:
        assert getattr(bpcheck, name) is not None
        assert name in dir(bpcheck)


def test_importing_the_package_imports_no_numpy():
    program = "import sys, bpcheck; print('numpy' in sys.modules, 'bpcheck.report' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["False", "False"]


def test_a_name_that_there_is_not_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'bpcheck' has no attribute 'chek'"):
        _ = bpcheck.chek
