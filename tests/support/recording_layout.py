"""A layout that remembers what is drawn on it, and asks Blender whether all of it exists."""


class Layout:
    """Takes what a panel draws, and refuses what Blender would."""

    def __init__(self, bpy, drawn=None):
        self._bpy, self.drawn = bpy, [] if drawn is None else drawn
        self.functions = bpy.types.UILayout.bl_rna.functions

    def __getattr__(self, name):
        return Call(self, name)

    def __setattr__(self, name, value):
        if name not in {"_bpy", "drawn", "functions"}:
            assert name in self._bpy.types.UILayout.bl_rna.properties, name
        object.__setattr__(self, name, value)


class Call:
    def __init__(self, layout, name):
        self.layout, self.name = layout, name
        self.rna = layout.functions[name].parameters

    def __call__(self, *arguments, **named):
        given = dict(zip((each.identifier for each in self.rna if not each.is_output), arguments, strict=False)) | named
        assert set(given) <= {each.identifier for each in self.rna}, (self.name, given)
        if "icon" in given and isinstance(given["icon"], str):
            assert given["icon"] in self.rna["icon"].enum_items, given["icon"]
        assert isinstance(given.get("text", ""), str)
        self.layout.drawn.append((self.name, given))
        return self._answer(given)

    def _answer(self, given):
        bpy = self.layout._bpy
        if self.name in {"prop", "prop_search", "template_list"}:
            self._check_property(given)
        if self.name == "operator":
            room, name = given["operator"].split(".")
            return Properties(getattr(getattr(bpy.ops, room), name).get_rna_type())
        if self.name in {"menu", "popover"}:
            assert hasattr(bpy.types, given.get("menu") or given.get("panel"))
        if self.name == "panel":
            return Layout(bpy, self.layout.drawn), Layout(bpy, self.layout.drawn)
        if self.name == "enum_item_name":
            return given["data"].bl_rna.properties[given["property"]].enum_items[given["identifier"]].name
        return Layout(bpy, self.layout.drawn)

    def _check_property(self, given):
        data, name = (given.get("dataptr"), "propname") if self.name == "template_list" else (given["data"], "property")
        name = given[name]
        known = name[2:-2] in data if name.startswith('["') else name in data.bl_rna.properties
        assert known, (data, name)
        if self.name == "prop" and data.bl_rna.identifier.startswith("ExpressionTransfer"):
            assert data.bl_rna.properties[name].description, (data, name)
        if self.name == "template_list":
            assert hasattr(self.layout._bpy.types, given["listtype_name"])


class Properties:
    """What an operator's button is given."""

    def __init__(self, rna):
        object.__setattr__(self, "rna", rna)

    def __setattr__(self, name, value):
        assert name in self.rna.properties, (self.rna.identifier, name)
