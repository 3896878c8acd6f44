"""Edit the table that maps action units to the rig's shape keys: rows, mirror, presets."""
# mypy: disallow-subclassing-any=False, disable-error-code="valid-type"

from pathlib import Path
from typing import Any

import bpy

from ..core.errors import ExpressionTransferError
from ..scene import bones, map_mirror, map_presets, mapping, settings, strings, units

_UNDO = {"UNDO"}


def carrier_of(context: Any) -> Any:
    """The chosen rig's carrier; None where no rig is chosen."""
    rig = settings.of_scene(context.scene).rig
    return None if rig is None else units.carrier_of(rig)


def _lacking(carrier: Any, need: str) -> str:
    """What an operator still lacks, to be shown on its greyed-out button; '' where it has all it needs."""
    if carrier is None:
        return strings.CHOOSE_RIG
    if need and not mapping.has_map(carrier):
        return strings.NO_MAP.format(name=carrier.name)
    return strings.NO_ROW if need == "row" and mapping.marked_row(carrier) is None else ""


class OnMap:
    """Mixin of operators on the chosen rig's table: they run where it has what they `need`, and report what fails."""

    need = ""
    """'', 'map' or 'row'."""
    bl_translation_context = strings.CONTEXT

    report: Any
    """Blender's."""

    @classmethod
    def poll(cls: Any, context: Any) -> bool:
        lacking = _lacking(carrier_of(context), cls.need)
        if lacking:
            cls.poll_message_set(lacking)
        return not lacking

    def execute(self, context: Any) -> set[str]:
        try:
            level, said = self.act(carrier_of(context))
        except ExpressionTransferError as error:
            level, said = "ERROR", str(error)
        if said:
            self.report({level}, said)
        return {"CANCELLED"} if level == "ERROR" else {"FINISHED"}

    def act(self, carrier: Any) -> tuple[str, str]:
        """Do it; a report's level and text ('' for none)."""
        raise NotImplementedError


class MapNames(OnMap, bpy.types.Operator):
    bl_idname = "expression_transfer.map_names"
    bl_label = strings.MAP_NAMES
    bl_description = strings.MAP_NAMES_TIP
    bl_options = _UNDO

    def act(self, carrier: Any) -> tuple[str, str]:
        named_after = mapping.fill_by_names(carrier) or strings.NO_CONVENTION
        made = mapping.rig_map(carrier)
        text = strings.MAPPED_NAMES if made.lacking() else strings.MAPPED_ALL
        lacking = strings.shortened(made.lacking())
        said = [text.format(rows=len(made.rows), convention=named_after, lacking=lacking)]
        said += bones.told_resting(bones.resting(carrier, made.rows))
        if left := mapping.without_meaning(carrier):
            said.append(strings.WITHOUT_MEANING.format(names=strings.shortened(left, 4)))
        return "INFO", "; ".join(said)


class MapAdd(OnMap, bpy.types.Operator):
    bl_idname = "expression_transfer.map_add"
    bl_label = strings.MAP_ADD
    bl_description = strings.MAP_ADD_TIP
    bl_options = _UNDO

    def act(self, carrier: Any) -> tuple[str, str]:
        mapping.add_row(carrier)
        return "INFO", ""


class MapRemove(OnMap, bpy.types.Operator):
    bl_idname = "expression_transfer.map_remove"
    bl_label = strings.MAP_REMOVE
    bl_description = strings.MAP_REMOVE_TIP
    bl_options = _UNDO
    need = "row"

    def act(self, carrier: Any) -> tuple[str, str]:
        mapping.remove_row(carrier)
        return "INFO", ""


class MapAddWeight(OnMap, bpy.types.Operator):
    bl_idname = "expression_transfer.map_add_weight"
    bl_label = strings.MAP_ADD_WEIGHT
    bl_description = strings.MAP_ADD_WEIGHT_TIP
    bl_options = _UNDO
    need = "row"

    def act(self, carrier: Any) -> tuple[str, str]:
        mapping.add_weight(mapping.marked_row(carrier))
        return "INFO", ""


class MapRemoveWeight(OnMap, bpy.types.Operator):
    bl_idname = "expression_transfer.map_remove_weight"
    bl_label = strings.MAP_REMOVE_WEIGHT
    bl_description = strings.MAP_REMOVE_WEIGHT_TIP
    bl_options = _UNDO
    need = "row"

    index: bpy.props.IntProperty(min=0, options={"HIDDEN"})

    def act(self, carrier: Any) -> tuple[str, str]:
        row = mapping.marked_row(carrier)
        if self.index < len(row.weights):
            mapping.remove_weight(row, self.index)
        return "INFO", ""


class MapMirror(OnMap, bpy.types.Operator):
    bl_idname = "expression_transfer.map_mirror"
    bl_label = strings.MAP_MIRROR
    bl_description = strings.MAP_MIRROR_TIP
    bl_options = _UNDO
    need = "map"

    side: bpy.props.EnumProperty(items=strings.MAP_SIDES, name=strings.MAP_MIRROR, description=strings.MAP_MIRROR_TIP)

    def act(self, carrier: Any) -> tuple[str, str]:
        alone = map_mirror.mirror(carrier, self.side)
        if alone:
            return "WARNING", strings.MIRRORED_ALONE.format(names=strings.shortened(alone))
        return "INFO", strings.MIRRORED


class _OnFile(OnMap):
    """Mixin of operators that ask for a preset's file, in the user's folder of presets to begin with."""

    filepath: str

    def invoke(self, context: Any, event: Any) -> set[str]:  # noqa: ARG002  Blender's signature
        folder = map_presets.preset_folder()
        folder.mkdir(parents=True, exist_ok=True)
        self.filepath = str(folder / f"{carrier_of(context).name}{map_presets.SUFFIX}")
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    @property
    def file(self) -> Path:
        return Path(bpy.path.abspath(self.filepath))


class MapSave(_OnFile, bpy.types.Operator):
    bl_idname = "expression_transfer.map_save"
    bl_label = strings.MAP_SAVE
    bl_description = strings.MAP_SAVE_TIP
    need = "map"

    filepath: bpy.props.StringProperty(subtype="FILE_PATH")
    filter_glob: bpy.props.StringProperty(default=f"*{map_presets.SUFFIX}", options={"HIDDEN"})
    check_existing: bpy.props.BoolProperty(default=True, options={"HIDDEN"})

    def act(self, carrier: Any) -> tuple[str, str]:
        file = self.file.with_suffix(map_presets.SUFFIX)
        map_presets.save(carrier, file)
        return "INFO", strings.MAP_SAVED.format(file=file)


class MapLoad(_OnFile, bpy.types.Operator):
    bl_idname = "expression_transfer.map_load"
    bl_label = strings.MAP_LOAD
    bl_description = strings.MAP_LOAD_TIP
    bl_options = _UNDO

    filepath: bpy.props.StringProperty(subtype="FILE_PATH")
    filter_glob: bpy.props.StringProperty(default=f"*{map_presets.SUFFIX}", options={"HIDDEN"})

    def act(self, carrier: Any) -> tuple[str, str]:
        missing = map_presets.load(carrier, self.file)
        rows = len(mapping.rows_of(carrier))
        if missing:
            return "WARNING", strings.MAP_LOADED_LACKS.format(rows=rows, names=strings.shortened(missing))
        return "INFO", strings.MAP_LOADED.format(rows=rows)


_CLASSES = (MapNames, MapAdd, MapRemove, MapAddWeight, MapRemoveWeight, MapMirror, MapSave, MapLoad)


def register() -> None:
    for cls in _CLASSES:
        bpy.utils.register_class(cls)


def unregister() -> None:
    for cls in reversed(_CLASSES):
        bpy.utils.unregister_class(cls)
