"""Reading a workspace: discover → read → overlay → check the shape → build → link → check → ``Manifest``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from jimu.definitions.build.fields import FieldBuilder
from jimu.definitions.build.layouts import build_app, build_list, build_page
from jimu.definitions.build.objects import build_object
from jimu.definitions.build.options import build_option_list
from jimu.definitions.build.others import build_import_plan, build_seed, build_workspace
from jimu.definitions.build.roles import build_role, build_role_choice
from jimu.definitions.checks import CHECKS, Checking
from jimu.definitions.consequences import without_consequences
from jimu.definitions.documents import Document, Findings
from jimu.definitions.extensions import register_extensions
from jimu.definitions.gather import gather
from jimu.definitions.kinds import KINDS, Linking
from jimu.definitions.link.layouts import check_app, link_list, link_page
from jimu.definitions.link.linker import Linker
from jimu.definitions.link.objects import link_objects
from jimu.definitions.manifest import Manifest
from jimu.definitions.model import ObjectDef
from jimu.definitions.revision import compute_revision
from jimu.definitions.strays import find_strays
from jimu.definitions.workspace import Layer, Workspace, discover, read_folder, restore
from jimu.diagnostics import Diagnostic, Severity, has_errors
from jimu.messages import Message
from jimu.plugins import PluginManager, add_plugins, build_plugin_manager


def load(root: Path, *, plugins: PluginManager | None = None) -> tuple[Manifest | None, list[Diagnostic]]:
    """The manifest of the workspace at ``root`` and every diagnostic, sorted by place; the manifest is None where one
    is an error.

    ``plugins``: an existing manager; the plugins that the workspace names are added to it. Never raises for what
    files say; raises OSError if the folder cannot be read.
    """
    workspace = discover(root)
    workspace.diagnostics += find_strays(root.resolve(), workspace.layers[-1].files)
    return _load(workspace, plugins)


def load_files(
    files: Mapping[str, str], *, plugins: PluginManager | None = None, plugin_folders: Iterable[Path] = ()
) -> tuple[Manifest | None, list[Diagnostic]]:
    """The same from the texts that a manifest kept in ``files`` (a stored revision), without the folder.

    ``plugin_folders``: where the code of plugins lies, which is not among the texts.
    """
    workspace = restore(files)
    workspace.plugin_folders[:0] = plugin_folders
    return _load(workspace, plugins)


@dataclass
class _Loading:
    """What the steps hand on. ``documents``: kind -> name -> merged YAML. ``damaged``: kind and name of those not read
    whole.
    """

    workspace: Workspace
    plugins: PluginManager
    findings: Findings = field(default_factory=Findings)
    documents: dict[str, dict[str, Document]] = field(default_factory=dict)
    drafts: dict[str, ObjectDef] = field(default_factory=dict)
    broken: set[tuple[str, str]] = field(default_factory=set)
    damaged: set[tuple[str, str]] = field(default_factory=set)
    manifest: Manifest | None = None

    def named(self, kind: str) -> dict[str, Document]:
        return self.documents.get(kind, {})

    def alive(self, kind: str) -> dict[str, Document]:
        """The documents of ``kind`` that are not retired."""
        return {name: document for name, document in self.named(kind).items() if not document.data.get("retired")}

    @property
    def so_far(self) -> Manifest:
        assert self.manifest is not None
        return self.manifest


def _load(workspace: Workspace, plugins: PluginManager | None) -> tuple[Manifest | None, list[Diagnostic]]:
    manager = plugins if plugins is not None else build_plugin_manager()
    loading = _Loading(workspace, manager, Findings(list(workspace.diagnostics)))
    for step in STEPS:
        step(loading)
    causes = without_consequences(loading.findings.diagnostics, loading.damaged, loading.named("object").keys())
    diagnostics = sorted({_identity(d): d for d in causes}.values(), key=_by_place)
    if has_errors(diagnostics):
        return None, diagnostics
    return replace(loading.so_far, warnings=tuple(diagnostics)), diagnostics


def _identity(diagnostic: Diagnostic) -> tuple[object, ...]:
    """Two findings that read the same are one: several steps may stumble over the same thing."""
    return diagnostic.code, diagnostic.place, str(diagnostic.message)


def _by_place(diagnostic: Diagnostic) -> tuple[str, int, int, str]:
    place = diagnostic.place
    return place.file, place.line, place.column, diagnostic.code


# --- the steps --------------------------------------------------------------------------------------------------------


def load_plugins(loading: _Loading) -> None:
    """First: plugins bring the field types and functions that everything else is judged by, and layers of their own.

    A plugin that does not work is a warning: what uses it fails by itself, the rest goes on.
    """
    workspace, manager = loading.workspace, loading.plugins
    known = len(manager.diagnostics)
    add_plugins(manager, list(workspace.plugins), workspace.plugin_folders, workspace.plugins)
    register_extensions(manager)
    for name in workspace.plugins:
        info = manager.infos.get(name)
        if info is not None and info.origin == "installed" and info.folder is not None:
            prefix = f"plugin.{name}:"
            if not any(layer.prefix == prefix for layer in workspace.layers):
                workspace.layers.insert(len(workspace.layers) - 1, Layer(prefix, read_folder(info.folder)))
    failing = {name for name in workspace.plugins if name not in manager.infos}
    workspace.layers = [
        layer for layer in workspace.layers if not any(layer.prefix.endswith(f"plugins/{name}/") for name in failing)
    ]
    loading.findings.extend(replace(d, severity=Severity.WARNING) for d in manager.diagnostics[known:])


def gather_documents(loading: _Loading) -> None:
    """Read, overlay and check the shape of every file."""
    loading.documents, loading.damaged = gather(loading.workspace, loading.findings)


def build_drafts(loading: _Loading) -> None:
    """Objects without their formulas; what they need from outside (shared lists, roles) is built before them."""
    workspace = build_workspace(loading.named("workspace")["workspace"])
    option_lists = {name: build_option_list(d, loading.findings) for name, d in loading.named("options").items()}
    builder = FieldBuilder(
        loading.findings,
        option_lists,
        tuple(build_role_choice(d) for d in loading.named("role").values()),
        workspace.currency,
        loading.broken,
        _objects_with_kept_owners(loading),
    )
    loading.drafts = {name: build_object(document, builder) for name, document in loading.named("object").items()}
    loading.manifest = Manifest(
        workspace, {}, option_lists, {name: build_role(d) for name, d in loading.alive("role").items()}
    )


def _objects_with_kept_owners(loading: _Loading) -> frozenset[str]:
    """The objects that a pool or an assignment rule is for: of their records it is kept since when they have their
    owner."""
    return frozenset(str(d.data.get("object")) for kind in ("pool", "assignment") for d in loading.alive(kind).values())


def link(loading: _Loading) -> None:
    """Formulas typed, names followed."""
    manifest = loading.so_far
    calendars = frozenset(loading.alive("calendar"))
    documents, workspace = loading.named("object"), manifest.workspace
    linker = Linker(loading.drafts, documents, loading.findings, loading.broken, calendars, workspace)
    objects = link_objects(linker, manifest.workspace.country)
    pages = {name: link_page(linker, build_page(d, objects), d) for name, d in loading.alive("page").items()}
    lists = {
        name: link_list(linker, build_list(d, objects), d, manifest.roles) for name, d in loading.alive("list").items()
    }
    apps = {name: build_app(d, objects, lists) for name, d in loading.alive("app").items()}
    for name, app in apps.items():
        check_app(linker, app, loading.named("app")[name], lists, manifest.roles)
    loading.manifest = replace(manifest, objects=objects, pages=pages, lists=lists, apps=apps)
    for kind in KINDS:
        documents = loading.alive(kind.name)
        linking = Linking(linker, loading.so_far, documents)
        built = {name: kind.build(document, linking) for name, document in documents.items()}
        found = {name: definition for name, definition in built.items() if definition is not None}
        found |= kind.derive(found, linking)
        loading.manifest = replace(loading.so_far, others={**loading.so_far.others, kind.name: found})


def add_data(loading: _Loading) -> None:
    """Seeds, import plans, translations, the texts kept, the revision."""
    translations: dict[str, dict[str, str]] = {}
    for _, texts in loading.plugins.collect("jimu_translations"):
        for locale, by_template in texts.items():
            translations.setdefault(locale, {}).update(by_template)
    loading.manifest = replace(
        loading.so_far,
        translations=translations,
        seeds={name: build_seed(d) for name, d in loading.named("seed").items()},
        import_plans={name: build_import_plan(d) for name, d in loading.named("import_plan").items()},
        revision=compute_revision(loading.documents, loading.plugins),
        files=loading.workspace.texts(),
    )


def run_checks(loading: _Loading) -> None:
    """The engine's checks, then those of plugins."""
    checking = Checking(loading.so_far, loading.documents, loading.findings)
    for check in CHECKS:
        check(checking)
    known = len(loading.plugins.diagnostics)
    for name, checks in loading.plugins.collect("jimu_checks"):
        for plugin_check in checks:
            loading.findings.extend(_run_plugin_check(loading, name, plugin_check))
    loading.findings.extend(replace(d, severity=Severity.WARNING) for d in loading.plugins.diagnostics[known:])


def _run_plugin_check(loading: _Loading, name: str, check: Callable[[Manifest], object]) -> list[Diagnostic]:
    try:
        found = check(loading.so_far)
    except Exception as error:  # noqa: BLE001 - a plugin's check may raise anything, and the rest must go on
        message = Message(
            "A check of the plugin {plugin} failed: {reason}",
            {"plugin": name, "reason": f"{type(error).__name__}: {error}"},
        )
        return [Diagnostic("broken_plugin", message, address=f"plugin:{name}", severity=Severity.WARNING)]
    return [d for d in found if isinstance(d, Diagnostic)] if isinstance(found, (list, tuple)) else []


STEPS: tuple[Callable[[_Loading], None], ...] = (
    load_plugins,
    gather_documents,
    build_drafts,
    link,
    add_data,
    run_checks,
)
