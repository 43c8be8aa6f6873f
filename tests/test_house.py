"""The house is as its plans say: floors, dependencies, lock, imports."""

import ast
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CONDA_NAMES = {"pypandoc-binary": "pypandoc_binary", "typst": "typst-py", "duckdb": "python-duckdb"}


def tracked():
    done = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return [ROOT / name for name in done.stdout.split("\n") if name and (ROOT / name).is_file()]


def test_architecture_lists_every_room_and_no_other():
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`impact/([a-z_]+)(?:/|\.py)`", text))
    folder = ROOT / "impact"
    real = {
        path.name for path in folder.iterdir() if path.is_dir() and not path.name.startswith("__")
    }
    real |= {path.stem for path in folder.glob("*.py")} - {"__init__"}
    assert named == real


def test_every_path_that_architecture_names_is_there():
    """Whole, from the package on, or by its own name in the rooms that its paragraph is about."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    names = set(re.findall(r"`([a-z_/]+(?:/|\.py|\.md))`", text))
    files = [path.relative_to(ROOT).as_posix() for path in tracked()]
    folders = {f"{parent.as_posix()}/" for name in files for parent in Path(name).parents}
    there = {*files, *folders}
    assert len(names) > 40
    assert [
        name for name in names if not any(f"/{each}".endswith(f"/{name}") for each in there)
    ] == []


def test_every_function_that_architecture_says_many_answers_is_there():
    from impact.estimators.many import Many

    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    told = re.search(r"S outcomes at once: ([^.]+)\.", text).group(1)
    answers = {name for name in vars(Many) if not name.startswith("_")}
    assert set(re.findall(r"`(\w+)`", told)) == answers - {"panel", "labels", "cohorts", "width"}


def test_floors_of_the_plan_are_the_layers_that_are_enforced():
    rows = re.findall(
        r"^\| (\d+) \| (.+?) \|",
        (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    floors = {room: int(n) for n, cell in rows for room in re.findall(r"impact/([a-z_]+)", cell)}
    layers = PROJECT["tool"]["importlinter"]["contracts"][0]["layers"]
    order = [room for layer in layers for room in re.findall(r"impact\.([a-z_]+)", layer)]
    assert set(order) == set(floors)
    heights = [floors[room] for room in order]
    assert heights == sorted(heights, reverse=True)


def imports_of(path, modules):
    """Modules of the package that a file names in any import: at the top, inside a function, or for types only."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name if name in modules else name.rpartition(".")[0] for name in found} & modules


def circles(imports):
    """Sets of modules that reach one another through imports."""
    reached = {}
    for start in imports:
        seen, ahead = set(), [*imports[start]]
        while ahead:
            name = ahead.pop()
            if name not in seen:
                seen.add(name)
                ahead += imports[name]
        reached[start] = seen
    return {frozenset(b for b in reached[a] if a in reached[b]) for a in imports if a in reached[a]}


def test_modules_do_not_import_in_circles():
    files = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for path in (ROOT / "impact").rglob("*.py")
    }
    found = circles({name: imports_of(path, set(files)) for name, path in files.items()})
    assert [sorted(circle) for circle in found] == []


def test_the_conda_environment_is_the_projects_dependencies():
    conda = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    *from_pip, own = conda[-1]["pip"]
    assert own == "-e ."
    assert f"python{PROJECT['project']['requires-python']}" in conda
    wanted = set()
    for line in PROJECT["project"]["dependencies"]:
        name, bound = re.match(r"([a-z0-9-]+)(.*)", line).groups()
        wanted.add(CONDA_NAMES.get(name, name) + bound)
    named = {*conda[:-1], *from_pip}
    assert named - {"pip", f"python{PROJECT['project']['requires-python']}"} == wanted


def requirement_names(lines):
    return {re.match(r"[A-Za-z0-9-]+", line).group().lower() for line in lines}


def locked(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in text
    names = re.findall(r"^([a-z0-9._-]+)==", text, re.MULTILINE)
    assert text.count("--hash=sha256:") >= len(names) > 100
    return set(names)


def test_the_locks_have_hashes_for_everything_and_no_address():
    groups, needed = PROJECT["dependency-groups"], PROJECT["project"]["dependencies"]
    added = [*groups["test"], *groups["lint"], *groups["docs"]]
    assert requirement_names(needed) <= locked("requirements.lock")
    assert requirement_names([*needed, *added]) <= locked("requirements-dev.lock")


def test_what_a_user_installs_has_no_tools_of_developers():
    added = requirement_names(PROJECT["dependency-groups"]["lint"])
    assert locked("requirements.lock") & added == set()


def test_no_file_names_a_registry_or_a_machine():
    hosts = [
        "pypi" + ".org",
        "files." + "pythonhosted",
        "registry." + "npmjs",
        "deb." + "debian",
        "conda." + "anaconda",
    ]
    for path in tracked():
        if path.suffix in {".py", ".md", ".toml", ".yml", ".lock", ".ipynb", ".json", ""}:
            text = path.read_text(encoding="utf-8", errors="ignore")
            for host in hosts:
                assert host not in text, path.name
            assert not re.search(r"/(?:home|Users|root)/\w", text), path.name


def test_files_stay_readable_in_size():
    for path in (ROOT / "impact").rglob("*.py"):
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 400, path.name
        assert path.name not in {"utils.py", "helpers.py", "common.py", "misc.py"}


@pytest.mark.parametrize("module", ["impact", "impact.cli"])
def test_importing_the_package_or_its_command_line_imports_nothing_heavy(module):
    code = f"import sys, json, {module}; print(json.dumps(sorted(m for m in sys.modules if '.' not in m)))"
    loaded = json.loads(
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout
    )
    assert not {
        "numpy",
        "pandas",
        "scipy",
        "statsmodels",
        "linearmodels",
        "matplotlib",
        "pydantic",
        "babel",
    } & set(loaded)


def test_public_names_all_resolve():
    import impact

    for name in impact.__all__:
        assert getattr(impact, name) is not None
    assert set(impact.__all__) == set(dir(impact))
    with pytest.raises(AttributeError, match="CallawaySantana"):
        impact.CallawaySantana  # noqa: B018 (reading is the point)


def test_each_public_name_is_written_in_one_place():
    import impact

    text = (ROOT / "impact" / "__init__.py").read_text(encoding="utf-8")
    for name in set(impact.__all__) - {"__version__"}:
        where = [line for line in text.splitlines() if re.search(rf"\b{name}\b", line)]
        assert len(where) == 1, name
        assert re.search(rf"\b{name} as {name}\b", where[0]), (
            f"{name}: not exported for type checkers"
        )


@pytest.mark.slow
def test_type_checkers_see_the_public_names(tmp_path):
    """A typed user's strict mypy knows each name and what it is, and no other."""
    assert (ROOT / "impact" / "py.typed").is_file()
    (tmp_path / "use.py").write_text(
        "import impact\nfrom impact import Estimate, Panel\n\n"
        "def overall(panel: Panel) -> Estimate:\n"
        "    return impact.CallawaySantAnna().fit(panel)\n\n"
        "wrong: int = impact.CallawaySantAnna().level + impact.nothing_such\n"
    )
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "mypy",
            "--strict",
            "--follow-imports=silent",
            "--config-file=",
            str(tmp_path / "use.py"),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    errors = [line for line in done.stdout.splitlines() if " error: " in line]
    assert len(errors) == 1, done.stdout
    assert 'no attribute "nothing_such"' in errors[0]


RUN_PAGES = """
import json, sys
for name, code in json.load(sys.stdin).items():
    exec(compile(code, name, "exec"), {"__name__": name})
"""


@pytest.mark.longer
def test_examples_of_readme_and_docs_run():
    """Every Python block of README and docs is executed, in order, each page by itself."""
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    blocks = {
        page.name: re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
        for page in pages
    }
    codes = {name: "\n".join(found) for name, found in blocks.items() if found}
    assert len(codes) >= 2
    done = subprocess.run(
        [sys.executable, "-c", RUN_PAGES],
        input=json.dumps(codes),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-900:]


def test_pictures_and_pages_that_readme_names_are_there():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        if "://" not in target:
            assert (ROOT / target).exists(), target
