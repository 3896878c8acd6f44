"""Every label, tooltip and message that the window shows."""

from collections.abc import Sequence

CONTEXT = "Expression Transfer"
"""Of translations."""
TAB = "Expression"
SOURCE = "Source"
FACE = "Face"
SOLVE = "Solve"
ACTION_UNITS = "Action Units"
RIG = "Rig"
PLATE = "Plate"
COMPOSITE = "Composite"
EXPORT = "Export"

# The big button, and the work in the background
STRENGTH = "Strength"
STRENGTH_TIP = "How much of the performance is transferred: 0 leaves the target as it was"
REGION = "Region"
REGION_TIP = "Part of the face that takes the expression"
REGIONS = (
    ("all", "Whole Face", "Brows, eyes, cheeks and mouth"),
    ("upper", "Upper Face", "Brows, lids and gaze"),
    ("lower", "Lower Face", "Nose, cheeks, mouth and jaw"),
)
TRANSFER = "Transfer Expression"
TRANSFER_TIP = "Solve the source's performance and put it on the rig and the plate. ESC stops it"
CANCEL = "Cancel"
CANCEL_TIP = "Stop it and leave everything as it was"
NO_SOURCE = "Choose a source: footage or a movie clip"
UNSAVED = "Output folder: save the .blend first, or choose a folder that is not relative to it"
RUNNING = "Something is running already; wait for it or cancel it"
STARTING = "starting"
CANCELLED = "cancelled; everything is as it was"
SCENE_GONE = "The scene '{scene}' was renamed or removed while the transfer ran; the results are in {folder}"
REPORT = "Expression transfer: {message}"
NOTHING_RUNS = "Nothing is running"
CANCELLING = "cancelling"
DETAILS = "{error}; details in {log}"

# What is missing
NEEDS_SOURCE = "No footage of the performance yet"
CHOOSE_SOURCE = "Choose Footage"
NEEDS_SOLVE = "The footage is not solved yet"
SOLVE_FIRST = "Solve"
SOLVE_TIP = "Solve the source's performance, without putting it on anything yet. ESC stops it"
NEEDS_CARRIER = "Choose a rig, or select a fitted head"
NEEDS_RIG = "No rig chosen; choose one, or add a head with all expressions"
NEEDS_PLATE = "No footage that gets the expression yet"
CHOOSE_PLATE = "Choose Plate"
NEEDS_COMPOSITE = "The plate has not been re-performed yet"

# Source
CHOOSE_FOOTAGE = "Choose Footage"
CHOOSE_FOOTAGE_TIP = "Choose a video, a still or the first picture of a sequence"
WHOLE_SEQUENCE = "Whole Sequence"
WHOLE_SEQUENCE_TIP = "Take the pictures numbered like this one as well"
FACTS = "{name}: {width}×{height}, {rate:.6g} fps, {frames} frames ({first}–{last})"
FACTS_STILL = "{name}: {width}×{height}, a single picture"
FACTS_RATE = "The scene runs at {rate:.6g} fps: the performance lands at its seconds"
MATCH_SCENE = "Match Scene to Footage"
MATCH_SCENE_TIP = (
    "Run the scene at the footage's rate, for its length. Do it before a transfer: what is keyed stays on its frames"
)
ROLES = (
    ("source", "Source", "The footage with the performance"),
    ("plate", "Plate", "The footage that gets the expression"),
)
SOURCE_FILE = "Footage"
SOURCE_FILE_TIP = "Video, still or image sequence (shot.####.png) with the performance to take"
SOURCE_CLIP = "Clip"
SOURCE_CLIP_TIP = "A movie clip of this file with the performance to take; goes before the file path"
USE_RANGE = "Frame Range"
USE_RANGE_TIP = "Transfer only some frames of the source"
START = "Start"
START_TIP = "First source frame"
END = "End"
END_TIP = "Last source frame"
OFFSET_FRAMES = "Offset"
OFFSET_FRAMES_TIP = "Frames of the scene by which footage and performance begin later"
RATE = "Frame Rate"
RATE_TIP = "Frames a second of an image sequence; a video says so itself"
RATES = (
    ("AS_IT_IS", "As It Is", "A video's own rate; of a sequence, what its files say, else 24"),
    ("24000/1001", "23.976", "24000/1001, film in NTSC's time"),
    ("24", "24", "Film"),
    ("25", "25", "PAL"),
    ("30000/1001", "29.97", "30000/1001, NTSC"),
    ("30", "30", ""),
    ("48", "48", "High frame rate"),
    ("50", "50", "High frame rate, PAL"),
    ("60000/1001", "59.94", "60000/1001, high frame rate, NTSC"),
    ("60", "60", ""),
    ("OTHER", "Other", "Any other rate"),
)
OTHER_RATE_VALUE = "Rate"
USE_PERSON = "Choose Person"
USE_PERSON_TIP = "Follow the face at a pixel; otherwise the largest, most central one"
PERSON = "Face At"
PERSON_TIP = "A pixel on the face, from the left and from the top, in the first frame that shows it"

# Face
FOCAL_IS = "Focal length {focal:.0f} px, as given"
FOCAL_GUESSED = "Focal length {focal:.0f} px, guessed; a matchmove's is better"
SOLVED_WITH = "Solved with the face model '{model}'"
USE_FOCAL = "Known Focal Length"
USE_FOCAL_TIP = "Take a matchmove's focal length; otherwise it is guessed from the face's perspective"
FOCAL = "Focal Length"
FOCAL_TIP = "px, of the footage as it is"
USE_NEUTRAL = "Neutral Frame"
USE_NEUTRAL_TIP = "Name a frame that shows the person's neutral face; otherwise it is found in the shot"
NEUTRAL = "Frame"
NEUTRAL_TIP = "Source frame with a neutral face: eyes open, mouth closed, nothing moved"
BUILTIN = "builtin"
"""As core.face.library has it."""
MODEL = "Face Model"
MODEL_TIP = "Head that the footage is solved with; add others in the extension's preferences"
MODEL_UNKNOWN = "The face model '{model}' is not there any more; choose another, or add it again in the preferences"
MODEL_GONE = "{file}: the face model '{model}' it was solved with is gone; add it again in the preferences"
MODEL_CHANGED = "{file}: the face model '{model}' has changed since it was solved; solve the footage again"

# Solve
CONFIDENCE = "Confidence {confidence:.0%}; the face was found in {seen} of {frames} frames"
RESIDUAL = "Fit within {residual:.1f} % of the distance between the eyes"
WORTH_A_LOOK = "Frames worth a look"
ALL_SURE = "No frame needs a look"
PASSAGES = (
    ("LOW", "Low confidence", "The face was seen, and hardly read"),
    ("BRIDGED", "Bridged", "The face was not seen for a moment; curves go on smoothly"),
    ("MISSING", "No face", "The face was not seen for long; curves go to rest"),
)
PASSAGE_LINE = "{kind} {first}–{last}"
JUMP = "Go There"
JUMP_TIP = "Go to where these frames begin"
OPEN_SOLVE = "Open a Solve"
OPEN_SOLVE_TIP = "Take over a folder that a transfer or solve wrote, here or on another machine"
SOLVE_OPENED = "opened the solve in {folder}"
SHOW_HEAD = "Show Fitted Head"
SHOW_HEAD_TIP = "Put the solved head over its footage, if it isn't there yet, and look through the camera that saw it"
SHOWN = "looking at {name} through its camera"
FOOTAGE_ALPHA = "Footage"
RESUME = "Reuse Stages"
RESUME_TIP = "Go on from what an earlier run with the same footage and settings left in the output folder"
BAKE = "Bake Texture"
BAKE_TIP = "Make the person's texture out of the footage and put it on the fitted head"
BAKED = "baked the texture of {name}"
NO_HEAD = "Choose a fitted head: add one first"
FOOTAGE_GONE = "{folder}: the footage it was solved from is not there any more"
SOLVED = "solved {name}; add the fitted head"

# The fitted head
FITTED_HEAD = "Fitted Head"
FITTED_HEAD_TIP = (
    "Add the solved person's head, acting as in the footage, and a camera that sees it where the footage shows it"
)
OTHER_MODE = "Go back to Object Mode first"
FITTED_TAKE = "Fitted {name}"
RENEWED = "{name} acts the new solve"
HEAD_OUTDATED = "{name}: is still of the earlier solve and can't take the new one; add the fitted head again"
FITTED_NAME = "{name} fitted"
HEAD_NAME = "{name} head"
CAMERA_NAME = "{name} camera"
FOLDER = "Solve"
FOLDER_TIP = "Folder that a transfer or solve wrote"
ANIMATE = "Animate"
ANIMATE_TIP = "What moves; the other stands at the 3D cursor"
ANIMATED = (
    ("HEAD", "Head", "The head moves before a camera that stands still"),
    ("CAMERA", "Camera", "The camera moves around a head that stands still"),
)
SENSOR = "Sensor Width"
SENSOR_TIP = "Width of the filming camera's sensor; sets the focal length in mm and changes nothing in the picture"
FIRST = "Start Frame"
FIRST_TIP = "Scene frame on which the footage begins"
TAKE_SIZE = "Resolution"
TAKE_SIZE_TIP = "Render at the footage's resolution and pixel aspect"
TAKE_RATE = "Frame Rate"
TAKE_RATE_TIP = "Run the scene at the footage's frame rate, for its length"
MATCH = "Match Footage"
FITTED = "added the fitted head of {name}"
NO_FOOTAGE = "its footage is not there any more, so nothing is behind the head"
SHOWN_OTHERWISE = "Blender shows the footage as {}×{} and it was solved as {}×{}, so it can't lie behind the head"
OTHER_SIZE = "the footage is {}×{}, the scene renders otherwise"
OTHER_RATE = "the scene runs at {scene:.6g} fps, the footage at {footage:.6g}: it lands at its seconds"
DISTORTED = "the camera leaves the lens's distortion out"
NO_SOLVE = "{folder}: holds no solve (fit.npz); choose a folder that a transfer or solve wrote"

# Action Units
CHANNEL_TIP = "{channel} of the performance"
UNIT_TIP = "{code}, {name}: 0 is the face's own neutral, 1 the strongest it gets"
GAIN_TIP = "{unit} is used as value · gain + offset"
OFFSET_TIP = "{unit} is used as value · gain + offset"
DERIVED_TIP = "Lid that follows the eye; driven by the gaze"
LINKED = "{name}: is linked from another file; connect it in that file (Rig, Drive), then make a library override here"
OVERRIDDEN = "{name}: overrides a rig of {file} that isn't connected; connect it there (Rig, Drive) and save it"
TAKES_TRACK = "Expression"
CORRECTIONS_TRACK = "Expression corrections"
CORRECTIONS_NAME = "Expression corrections {name}"
MARK = "{kind} {count} · {take}"
MARK_MISSING = "no face"
MARK_BRIDGED = "bridged"
MARK_DOUBTFUL = "low confidence"
NO_TAKE = "{name}: has no take of {source}; transfer it again"
TICK_TIP = "Edit this channel with the buttons below"
TICK = "Tick"
TICK_TIP_GROUP = "Tick these channels for editing, or untick them where all are ticked"
GROUPS = {
    "brow": "Brow",
    "eye": "Eye",
    "nose": "Nose",
    "cheek": "Cheek",
    "mouth": "Mouth",
    "jaw": "Jaw",
    "gaze": "Gaze",
    "head": "Head",
}
SIDEWAYS = {"mouthLeft": "Mouth to the left", "mouthRight": "Mouth to the right"}
PARTS = {"upper": "upper", "lower": "lower", "L": "to the left", "R": "to the right"}
LINKED_SIDES = "Link Sides"
LINKED_SIDES_TIP = "Moving one side of the face moves the other by as much"
LINKED_TIP = "Moves the other side by as much; set Link Sides off for one side alone"
GAINS = "Gain and Offset"
GAINS_TIP = "Show each action unit's gain and offset: what drives rig and plate is value × gain + offset"
GAIN_SIGN = "×"
OFFSET_SIGN = "+"
REACH = "Reach"
REACH_TIP = "Frames to each side over which a new key's change fades, unless another key is nearer; 0: the whole shot"
RIGHT = "R"
LEFT = "L"
NO_CARRIER = "Choose a rig or a fitted head with action units"
NONE_TICKED = "Tick the action units to edit"
CHANNELS = ("channel", "channels")
EDITED = "{channels} edited, frames {first} to {last}"
NOTHING_EDITED = "Nothing to change there"
KEY_SHOWN = "Key"
KEY_SHOWN_TIP = "Key the ticked action units as the sliders show them, as a correction of what was solved"
KEYS_SET = "{channels} keyed at frame {frame}"
DELETE_KEYS = "Delete Keys"
DELETE_KEYS_TIP = "Delete the ticked action units' correction keys"
CORRECTION_KEYS = ("correction key", "correction keys")
KEYS_DELETED = "{keys} deleted"
REDUCE = "Reduce Keys"
REDUCE_TIP = "Take correction keys away as far as no frame changes by more than the tolerance"
TOLERANCE = "Tolerance"
TOLERANCE_TIP = "How far an action unit may change at any frame"
REDUCED = "{keys} became {after}"
SMOOTH = "Smooth"
SMOOTH_TIP = "Smooth the ticked action units over the range; its first and last frame stay"
RADIUS = "Radius"
RADIUS_TIP = "Frames that are averaged: standard deviation of the Gaussian"
KEEP_BLINKS = "Keep Blinks"
KEEP_BLINKS_TIP = "Lids that close stay as far down as they were"
EASE = "Ease"
EASE_TIP = "Go from the range's first frame to its last, slowly at an end; what is in between goes"
EASES = (
    ("in", "In", "Slow at the beginning"),
    ("out", "Out", "Slow at the end"),
    ("both", "In and Out", "Slow at both ends"),
    ("none", "Straight", "At one speed"),
)
EASE_KIND = "Ease"
HOLD = "Hold"
HOLD_TIP = "Hold the current frame's values over the range (its first frame's, where the current one lies outside)"
FADE = "Fade"
FADE_TIP = "Frames at each end of the range over which the edit comes and goes"
LOOP = "Loop"
LOOP_TIP = "Repeat the range after itself, no further than the scene goes"
NO_ROOM = "the range ends where the scene does; set a shorter preview range, or a later end of the scene"
ROUNDS = "Rounds"
ROUNDS_TIP = "How often the range is repeated"
BLEND = "Blend"
BLEND_TIP = "Frames at the end of each round that lead to its beginning"
MIRROR_SIDES = "Mirror"
MIRROR_SIDES_TIP = "Exchange the face's sides over the range, or take one side for both"
SIDES = (
    ("swap", "Exchange", "What one side does, the other does; gaze and head turn the other way"),
    ("left", "Left to Right", "The left side for both"),
    ("right", "Right to Left", "The right side for both"),
)
SIDE = "Sides"
RESET = "Back to Solve"
RESET_TIP = "Take the ticked action units' corrections off over the range"
PASTE = "Paste Expression"
PASTE_TIP = "Blend to this expression, in the ticked action units"
POSE = "Expression"
WEIGHT_OF_POSE = "Weight"
WEIGHT_OF_POSE_TIP = "How much of the expression is laid on"
ADDED = "Add"
ADDED_TIP = "On top of what the face does, instead of in its place"
WHERE = "Where"
WHERES = (
    ("FRAME", "Current Frame", "Full at the current frame, fading to both sides"),
    ("RANGE", "Range", "Over the whole range, fading at its ends"),
)
POSE_EMOTIONS = "Emotions"
POSE_SOUNDS = "Sounds"
POSE_OWN = "My Own"
POSE_NAMES = {
    "neutral": "Neutral",
    "happiness": "Happiness",
    "sadness": "Sadness",
    "surprise": "Surprise",
    "fear": "Fear",
    "anger": "Anger",
    "disgust": "Disgust",
    "contempt": "Contempt",
    "pain": "Pain",
    "PP": "P, B, M",
    "FF": "F, V",
    "TH": "Th",
    "DD": "T, D",
    "kk": "K, G",
    "CH": "Ch, J, Sh",
    "SS": "S, Z",
    "nn": "N, L",
    "RR": "R",
    "aa": "A (father)",
    "E": "E (bed)",
    "ih": "I (sit)",
    "oh": "O (thought)",
    "ou": "U (food)",
}
NO_POSE = "There is no expression called '{name}'"
KEEP_POSE = "Save Expression"
KEEP_POSE_TIP = "Save the ticked action units, as the sliders show them, as an expression of your own"
POSE_NAME = "Name"
POSE_NAME_TIP = "What the expression is called; one of the same name is replaced"
POSE_TIP = "An expression of the library, or one of your own"
OPEN_GROUP_TIP = "Show or hide this part of the face"
POSE_KEPT = "Saved '{name}' in {file}"
DROP_POSE = "Remove Expression"
DROP_POSE_TIP = "Remove an expression of your own"
POSE_DROPPED = "Removed '{name}'"

# Rig
RIG_TIP = "Any object of the character to drive; all its meshes with expression shape keys are keyed"
ADD_HEAD = "Expression Head"
ADD_HEAD_TIP = "Add a face model's head, with a shape key for each expression, and choose it as the rig if none is"
HEAD = "Head"
RIG_GONE = "The rig was removed while the transfer ran; the curves are in {folder}"
KEYED = "drives {keys} of the shape keys on {meshes}"
LACKS = "the rig lacks {names}"
PLAYS_OUTSIDE = "plays at frames {first}–{last}, outside the scene's {start}–{end}"
PLAYS_PARTLY = "plays at frames {first}–{last}, partly outside the scene's {start}–{end}"
KEYS_LEFT = "left to drivers of their own: {names}"
KEYS_LIMITED = "held back by their limit: {names}"
KEYS_RESTING = "bones turn {meshes}: {keys} at rest"
KEYS_MISSING = "not on the rig any more: {names}"

# Rig: its table
NO_SHAPE_KEYS = "{name}: its character has no mesh with relative shape keys; choose one that has"
RESHAPED = "{name}: a modifier makes other vertices when '{key}' moves; switch it off in the viewport and map again"
UNIT = "Action Unit"
ROW_UNIT_TIP = "What the shape key follows"
WEIGHT = "Weight"
WEIGHT_TIP = "Value of the shape key where the action unit is 1, before gain and limits"
MESH = "Mesh"
ROW_MESH_TIP = "Mesh object that has the shape key"
KEY = "Shape Key"
ROW_KEY_TIP = "Shape key that follows the action units"
ROW_GAIN = "Gain"
ROW_GAIN_TIP = "How much stronger than mapped the shape key acts"
LOW = "Lower Limit"
LOW_TIP = "The shape key never goes below this"
HIGH = "Upper Limit"
HIGH_TIP = "The shape key never goes above this; over 1 exaggerates where the action units do"
SOLO = "Solo"
SOLO_TIP = "Only soloed rows act; all other shape keys of the map rest"
MUTE = "Mute"
MUTE_TIP = "The row doesn't act; its shape key rests"
MAP_NAMES = "Map by Names"
MAP_NAMES_TIP = "Map every shape key whose name means an expression: ARKit, FACS, MetaHuman, VRM and others"
MAP_RIG = "Map by Shape"
MAP_RIG_TIP = (
    "Measure on the rig's own face what every shape key moves, as it is posed now, and map each to the action unit "
    "that it does, whatever it is called; names help. ESC stops it"
)
MAPPED_RIG = "{rows} shape keys mapped by what they do; nothing follows {lacking}"
MAPPED_RIG_ALL = "{rows} shape keys mapped by what they do; every action unit has one"
MAPPED_RIG_GONE = "'{name}' was removed meanwhile; nothing is mapped"
MAP_ADD = "Add Row"
MAP_ADD_TIP = "Map one more shape key"
MAP_REMOVE = "Remove Row"
MAP_REMOVE_TIP = "Take the marked row away; its shape key goes to rest"
MAP_ADD_WEIGHT = "Add Action Unit"
MAP_ADD_WEIGHT_TIP = "Let the marked shape key follow one more action unit"
MAP_REMOVE_WEIGHT = "Remove Action Unit"
MAP_REMOVE_WEIGHT_TIP = "Let the marked shape key not follow this action unit any more"
MAP_MIRROR = "Mirror"
MAP_MIRROR_TIP = "Copy the rows of one side of the face to the other, by names or by what the shape keys move"
MAP_SIDES = (
    ("L", "Left to Right", "What the character's left does, the right does too"),
    ("R", "Right to Left", "What the character's right does, the left does too"),
)
MAP_SAVE = "Save Map"
MAP_SAVE_TIP = "Save the table as a preset (JSON)"
MAP_LOAD = "Load Map"
MAP_LOAD_TIP = "Load a preset (JSON) into the table"
MAP_PRESETS = "Presets"
NO_PRESETS = "No presets saved yet"
NO_MAP = "{name}: nothing is mapped yet; map by names or by geometry first"
NO_ROW = "Mark a row of the table first"
CHOOSE_RIG = "Choose a rig first"
PRESET_OF_ANOTHER = "{file}: this rig ({name}) has none of its shape keys; choose a preset of a rig like it"
MAP_OF_LIBRARY = "{name}: its map is linked; change rows in the file it comes from, or mute them and edit values here"
MAP_SAVED = "Saved {file}"
MAP_LOADED = "Loaded {rows} rows"
MAP_LOADED_LACKS = "Loaded {rows} rows; this rig lacks {names}"
MAPPED_NAMES = "Mapped {rows} shape keys ({convention}); no key follows {lacking}"
MAPPED_ALL = "Mapped {rows} shape keys ({convention}); every action unit has one"
NO_CONVENTION = "various names"
WITHOUT_MEANING = "left alone, as their names say nothing: {names}"
MIRRORED = "Mirrored the map"
MIRRORED_ALONE = "Mirrored the map; nothing on the other side does what these do: {names}"
MAP_MISSING = "This rig has no such shape key"
MAP_QUALITY = "How well the rig does it"
AND_MORE = "{names} and {more} more"

# Rig: bones
BONES = "Bones"
BONE_ROLES = (
    ("EYE_L", "Left Eye", "Follows the gaze of the character's left eye"),
    ("EYE_R", "Right Eye", "Follows the gaze of the character's right eye"),
    ("JAW", "Jaw", "Follows AU26, AU29 and AU30"),
    ("HEAD", "Head", "Follows the head's turn"),
    ("NECK", "Neck", "Takes a share of the head's turn"),
)
BONE_ROLE = "Part"
BONE_ROLE_TIP = "What of the performance it follows"
BONE_OBJECT = "Object"
BONE_OBJECT_TIP = "Armature of the bone, or an object that turns by itself"
BONE = "Bone"
BONE_TIP = "Pose bone that turns; empty: the object itself"
BONE_STRENGTH_TIP = "How much of the turn it does; 0 leaves it alone"
FORWARD = "Forward"
FORWARD_TIP = "Where the face looks, in the armature's axes (an object's: its parent's)"
UP = "Up"
UP_TIP = "Where the top of the head is, in the armature's axes (an object's: its parent's)"
JAW_OPEN = "Open"
JAW_OPEN_TIP = "How far the jaw opens at AU26 = 1"
JAW_SIDEWAYS = "Sideways"
JAW_SIDEWAYS_TIP = "How far the jaw turns sideways at AU30 = 1"
JAW_THRUST = "Thrust"
JAW_THRUST_TIP = "How far the jaw comes forward at AU29 = 1, in the bone's units"
BONES_FIND = "Find Bones"
BONES_FIND_TIP = "Find the bones of eyes, jaw and head by their names, try each, and let them follow the action units"
BONES_CONNECT = "Connect Bones"
BONES_CONNECT_TIP = "Let the bones follow the action units again"
BONES_RELEASE = "Disconnect Bones"
BONES_RELEASE_TIP = "Take the drivers away; the bones go back to their pose and rotation mode"
BONE_ADD = "Add Bone"
BONE_ADD_TIP = "Add the active pose bone, or the active object"
BONE_REMOVE = "Remove Bone"
BONE_REMOVE_TIP = "Let it not follow the action units any more"
BONES_AFTER = "bones named as in {family}"
BONE_FOUND = "{role}: {bone}"
BONE_MOVES_NOTHING = "{role}: {bone} moves none of the character's meshes, so it is left alone (strength 0)"
NECK_FOUND = "{role}: {bone}, at strength 0: give it a share, and the head the rest"
BONE_KEYED = "{role}: {bone} has keyframes, which it keeps (strength 0); raise the strength to turn it instead"
JAW_BY_KEY = "{role}: shape keys open it, so {bone} is left alone (strength 0)"
EYE_BY_KEY = "{role}: shape keys turn it, so {bone} is left alone (strength 0)"
NO_ARMATURE = "{name} is no armature; select the object that turns its head and add it"
NO_BONES = "{name}: no bone has the name of an eye, jaw or head; select one in pose mode and add it"
NO_BONE_CHOSEN = "Select the pose bone, or the object, to add first"
NO_BONE_ROWS = "No bones yet: find them, or add one"
BONES_CONNECTED = "connected {names}"
NO_BONE_ACTS = "No bone has any strength; nothing is connected"
BONE_DETAILS = "Details"
BONE_DETAILS_TIP = "Show which way it turns, and how far"
BONES_LEFT = "{names}: left to drivers of its own"
BONES_MISSING = "{names}: not on the rig any more"
BONES_KEYED = "{names}: keyframes of its own don't show while it is connected"

# Rig: drive
DRIVE = "Drive"
CONNECT = "Connect"
CONNECT_TIP = "Let the rig's shape keys, eyes and bones follow its action units; baked keyframes give way"
SHAPE_KEYS = ("shape key", "shape keys")
BONES_COUNTED = ("bone", "bones")
OBJECTS_COUNTED = ("object", "objects")
CONNECTED = "the action units of {name} drive {driven}"
NOTHING_DRIVEN = "nothing"
DISCONNECT = "Disconnect"
DISCONNECT_TIP = "Take drivers and baked keyframes off the rig; its action units keep their takes and corrections"
DISCONNECTED = "the action units of {name} no longer drive {driven}"
BAKE_RIG = "Bake to Keyframes"
BAKE_RIG_TIP = "Turn what the rig does into keyframes on its shape keys and bones; Connect takes it back"
BAKE_FIRST = "First Frame"
BAKE_FIRST_TIP = "First scene frame to bake"
BAKE_LAST = "Last Frame"
BAKE_LAST_TIP = "Last scene frame to bake"
EXPORT_CHARACTER = "Export Character"
EXPORT_CHARACTER_TIP = (
    "Write the rig as it acts, its curves as keyframes, to the output folder; the rig itself stays as it is"
)
SCENE_FORMAT = "Format"
SCENE_FORMATS = (
    ("gltf", "glTF (.glb)", "For the web, Godot, Unity and others"),
    ("usd", "USD (.usdc)", "Blend shapes and skeleton; for Houdini, Omniverse, Unreal and others"),
    ("fbx", "FBX (.fbx)", "For Unreal, Unity, Maya and others"),
    ("abc", "Alembic (.abc)", "Points of every frame, for any renderer"),
)
BAKED_RIG = "baked {driven}, frames {first} to {last}"
LIMIT_RIG = "Limit All Keys"
LIMIT_RIG_TIP = "Set the upper limit of every shape key of the table; over 1 allows action units over 1"
REMOVE_FROM_RIG = "Remove from Rig"
REMOVE_FROM_RIG_TIP = "Take action units, takes, corrections, drivers and baked keyframes off the rig; the table stays"
REMOVED_FROM_RIG = "nothing drives {name} any more"
BAKED_NAME = "Expression baked {name}"
NOT_CONNECTED = "{name}: nothing is driven by its action units; connect it first"

# Plate
SHOW_PLATE_HEAD = "Show Plate's Head"
PLATE_FILE = "Plate"
PLATE_FILE_TIP = "Video, still or image sequence (shot.####.png) whose face gets the expression"
PLATE_CLIP = "Plate Clip"
PLATE_CLIP_TIP = "A movie clip of this file whose face gets the expression; goes before the file path"
MODE = "Mode"
MODE_TIP = "What happens to the plate's own expression"
MODES = (
    ("replace", "Replace", "The plate's own expression gives way to the source's"),
    ("add", "Add", "The source's expression is added to the plate's own"),
)
METHOD = "Method"
METHOD_TIP = "How the plate's pixels are moved"
METHODS = (
    ("geometry", "Geometry", "With the fitted head, in 3D"),
    ("tps", "Landmark Warp", "The classic warp of landmarks in 2D: nothing behind them is known"),
)

# Composite
FEATHER = "Feather"
FEATHER_TIP = "Soft edge of the matte, in pixels inwards; 0 leaves the edge as the moved skin fades out"
CHOKE = "Choke"
TAKE_OFF = "Face, off the plate"
GRADE_HERE = "Change the face after this"
ON_FACE_ALONE = "Changed on the face alone"
LAY_ON = "Face, on the plate"
CHOKE_TIP = "Draws the matte's edge in, in pixels"
GRAIN = "Grain"
GRAIN_TIP = "What the new face gets of the plate's grain where it has less; 1 is as much as the plate's"
SHUTTER = "Shutter"
SHUTTER_TIP = (
    "How long the plate's shutter is open, of a frame's time: what moves faster than it did is blurred by it. "
    "0.5 is 180°, 0 adds no motion blur"
)
BORROW_FOLDS = "Borrow Folds"
BORROW_FOLDS_TIP = (
    "Where the plate's person never showed an expression, take the soft shading of its folds from the driver's skin. "
    "It is another person's: look at it before you use it"
)
PLATE_MADE = "plate in {path}"
ACTED_TAKE = "{name} re-performed"
RECOMPOSITE = "Recomposite"
RECOMPOSITE_TIP = (
    "Put the edited action units of the fitted head on its footage. Only frames that an edit changes are made anew. "
    "ESC stops it"
)
PREVIEW = "Preview"
PREVIEW_TIP = "Show the current frame in the Image Editor as it will be composited, while action units are edited"
PREVIEW_NAME = "Expression Preview"
PREVIEW_STARTING = "starting the preview"
PREVIEW_NO_EDITOR = "Open an Image Editor to see the preview"
PREVIEW_UNSURE = "No sure face in this frame: edits don't reach the picture"
PREVIEW_ENDED = "The preview ended: {error}"
COMPARE = "Compare"
COMPARE_TIP = "What of the frame is shown"
COMPARED = (
    ("AFTER", "After", "The frame with the edits"),
    ("BEFORE", "Before", "The frame as it is"),
    ("WIPE", "Wipe", "Before on the left, after on the right"),
)
WIPE = "Wipe"
WIPE_TIP = "Where before ends and after begins"
UNTOUCHED = "left as they were, without a sure face or curves for them: frames {spans}"
NO_HEAD_TO_EDIT = "Select the plate's fitted head; solve the footage and show its head first if there is none"
SOLVE_GONE = "{folder}: the solve of '{name}' is not there any more; solve the footage again"

# Export
GUIDES = "Render Guides"
GUIDES_TIP = "UV, normal, depth, position and motion of the fitted head as EXR, a file per frame, for compositing"
GUIDES_IN = "guides in {folder}"
BUILD_COMPOSITOR = "Build Compositor"
BUILD_COMPOSITOR_TIP = (
    "Export the re-performed plate's layers and build the compositing nodes that make the composite again, with sliders"
)
COMPOSITOR_BUILT = "'{group}' is in the compositor: its layers are in {folder}"
NOT_LINKED = "; the scene's composite is another, link the group's Image where it is needed"
NO_LAYERS = "{file}: tells of no layers ({error}); export them again"
NEEDS_RESULT = "Re-perform a plate first"
ADD_TRACKS = "Add Tracks"
ADD_TRACKS_TIP = "Add the landmarks of the solve as tracks of its footage's movie clip, disabled where no face was seen"
TRACKS_OBJECT = "Face"
WHICH_TRACKS = "Points"
WHICH_TRACKS_TIP = "Which landmarks become tracks"
TRACK_SETS = (
    ("MAIN", "Main", "Eyes, brows, nose, lips and outline by name"),
    ("ALL", "All 478", "Every landmark, by MediaPipe's numbers"),
)
TRACKS_ADDED = "{count} tracks in the object '{name}' of '{clip}'"
NO_CLIP = "{file}: Blender can't read it as a movie clip ({error})"
HEAD_EMPTY = "Add Head Empty"
HEAD_EMPTY_TIP = "Add an empty that moves as the solved head, and the camera that sees it where the footage shows it"
EMPTY_NAME = "Head {name}"
EMPTY_ADDED = "'{name}' moves as the head"
COMPOSITE_GROUP = "Expression Composite"
COMPOSITE_CHOKE_TIP = "Draw the face's matte in from its edge"
MOUTH_MIX_TIP = "How much of the new mouth's inside is laid on"
EYES_MIX_TIP = "How much of the new eyes is laid on"
WARPED_PLATE_TIP = "Instead of the finished face, the plate (or what is put in its place) warped to the new expression"
OPEN_FOLDER = "Open Folder"
OPEN_FOLDER_TIP = "Show the results' folder in the system's file manager"
NO_FOLDER = "{folder}: is not there; solve the footage first"
OUTPUT = "Output"
OUTPUT_TIP = "Folder for curves, report and the re-performed plate"

EXPORT_FILES = "Export"
EXPORT_FILES_FOR = "Files for Other Programs"
EXPORT_FILES_TIP = (
    "Write the result for another program, into the folder 'export' beside it. ESC stops it; what is finished stays"
)
EXPORTED_TO = "exported to {folder}"
EXPORT_KIND = "Files"
EXPORT_KIND_TIP = "A set for a program, or a single kind of file"
EXPORT_KINDS = (
    ("for-nuke", "For Nuke", "Layers and STMaps as OpenEXR, a script that makes the composite again, trackers"),
    (
        "for-blender",
        "For Blender's Compositor",
        "Layers as OpenEXR, a .blend with nodes, tracks and the head's empty, curves as JSON and as actions",
    ),
    ("for-unreal", "For Unreal", "Live Link Face CSV, USD, FBX"),
    ("for-web", "For the Web", "glTF and curves as JSON"),
    ("exr", "Layers (OpenEXR)", "The result with mattes, motion, depth, normals and STMaps"),
    ("stmap", "STMaps (OpenEXR)", "The warp from the plate to the result, and back"),
    ("livelink", "Live Link Face (CSV)", "ARKit's curves"),
    ("openface", "OpenFace (CSV)", "Action units as OpenFace writes them"),
    ("facs", "FACS (CSV)", "All action units, each side"),
    ("json", "Curves (JSON)", "All channels with their names"),
    ("action", "Actions (.blend)", "Action units, and ARKit's shape keys, as actions to append"),
    ("gltf", "Head (glTF)", "The acting head and its camera"),
    ("usd", "Head (USD)", "The acting head and its camera"),
    ("fbx", "Head (FBX)", "The acting head and its camera"),
    ("abc", "Head (Alembic)", "The acting head and its camera, points per frame"),
    ("nuke", "Nuke Script", "The composite made again from the layers, with camera and head"),
    ("tracks", "Nuke Trackers", "Landmarks, a corner pin on the head, camera and head"),
    ("blend", "Compositing .blend", "Nodes that make the composite again, tracks, the head as an empty"),
    ("unwrap", "Unwrapped Plate", "The plate in texture space, where the face holds still"),
)
ACTION_OF_UNITS = "{name} units"
ACTION_OF_SHAPES = "{name} ARKit"
PROVENANCE = "Say That It Is Altered"
PROVENANCE_TIP = (
    "Results and exports name this program and IPTC's digital source type in their metadata (responsible-use.md)"
)

# Export: curves
IMPORT_CURVES = "Import Curves"
IMPORT_CURVES_TIP = (
    "Put curves on the rig as a take: Live Link Face, OpenFace or FACS CSV, JSON, or performance.npz. Corrections stay"
)
EXPORT_CURVES = "Export Curves"
EXPORT_CURVES_TIP = "Write the action units of the takes, or the preview range, as they drive rig and plate, all summed"
CURVES_MENU = "Facial Performance (.csv, .json, .npz)"
CURVE_FORMAT = "Format"
CURVE_FORMATS = (
    ("live_link", "Live Link Face (.csv)", "ARKit's 52 shapes, head and eyes; for Unreal, Maya and others"),
    ("openface", "OpenFace (.csv)", "Action units 0–5, both sides as one; for analysis"),
    ("facs", "FACS (.csv)", "Every channel by name, with derived units"),
    ("json", "JSON (.json)", "Every channel by name, for scripts"),
    ("npz", "Performance (.npz)", "For the command line: expression-transfer composite and rig"),
)
CURVE_FILES = "*.csv;*.json;*.npz"
CURVES_START = "Start Frame"
CURVES_START_TIP = "Scene frame on which the curves begin"
CURVES_READ = "{name}: {rows} rows on {carrier}, frames {first:.0f} to {last:.0f}"
NO_FACE_IN = "{file}: shows no face in any row; choose another file"
NO_CURVE_FILE = "Name a file to write"
CURVES_WRITTEN = "wrote {rows} frames to {file}"

# The clip and image editors
SHOW_LANDMARKS = "Landmarks"
SHOW_LANDMARKS_TIP = "Draw what the detector saw over the footage: green where the solve is sure, red where it is not"
SHOW_CONFIDENCE = "Confidence"
SHOW_CONFIDENCE_TIP = "Draw the solve's confidence in each frame as a strip along the bottom"
CONFIDENCE_HERE = "confidence {confidence:.0%}"
BRIDGED_HERE = "bridged"
MISSING_HERE = "no face"
NOT_SOLVED_HERE = "frame {number} was not solved"
OTHER_FOOTAGE = "This is not the solved footage"
SHOW_FOOTAGE = "Show Footage"
SHOW_FOOTAGE_TIP = "Show the source or the plate in this editor"
OTHER_EDITOR = "Use it in the Clip or the Image editor"
NOT_SHOWN = "{file}: Blender can't show it ({error})"
PICK_PERSON = "Pick Person"
PICK_PERSON_TIP = "Click the face to follow, where there are several. ESC leaves it as it was"
NEUTRAL_HERE = "Neutral Here"
NEUTRAL_HERE_TIP = "Name the frame shown as the one with the person's neutral face"
NEUTRAL_IS = "frame {number} of {name} is neutral"
PICK_HERE = "Click the face to follow; ESC leaves it as it was"
PICKED = "follows the face at {u}, {v} in {role}"
NOT_CHOSEN = "Show the source or the plate in this editor first"

# Preferences
DEVICE = "Device"
DEVICE_TIP = "Where the networks run"
DEVICES = (
    ("auto", "Automatic", "CUDA where it works here, else the CPU"),
    ("cpu", "CPU", "The processor"),
    ("cuda", "CUDA", "An NVIDIA GPU, with the CUDA and cuDNN libraries of this machine"),
    ("tensorrt", "TensorRT", "An NVIDIA GPU, with the TensorRT, CUDA and cuDNN libraries of this machine"),
)
FIND_DEVICES = "Try Devices"
FIND_DEVICES_TIP = "Open a network on each device, and tell where it works and what is missing elsewhere"
DEVICES_FOUND = "networks run on {devices}"
PRIVATE = "Everything is computed on this machine: no footage, face or result ever leaves it"
OFFLINE = "Online access is off: allow it under Preferences > System, or fetch the file by other means"
OPTIONAL = "Optional Files"
OPTIONAL_NOTE = "Downloaded when you press the button, never otherwise, and only taken with the right checksum"
FETCH = "Download"
FETCH_TIP = "Download this file to the data folder, in the background. ESC stops it"
FETCHED = "is here"
MEGABYTES = "{title} ({size} MB)"
SOURCE_URL = "From"
CHECKSUM = "SHA-256"
USED_FOR = "For"
DATA_FOLDER = "Data Folder"
DATA_FOLDER_TIP = "Where face models, networks and the cache are kept; empty: this user's own"
DATA_FOLDER_IS = "Files in {folder}"
DETECTOR = "Detector"
DETECTOR_TIP = "Which of MediaPipe's landmark networks is used"
DETECTORS = (
    ("AUTO", "Automatic", "What is inside this Blender's mediapipe; else the Face Landmarker file"),
    ("mediapipe-solutions", "Solutions", "The networks inside mediapipe for Python 3.11"),
    ("mediapipe-tasks", "Tasks", "The networks of the Face Landmarker file"),
)
IDENTITY_MODEL = "Face Recognition"
IDENTITY_MODEL_TIP = (
    "A recognition network of your own (ArcFace-style ONNX, 112×112) to tell people apart; empty: the one inside"
)
MODELS = "Face Models"
CHOOSE_MODEL = "Add Face Model"
CHOOSE_MODEL_TIP = (
    "Add ICT-FaceKit (folder or zip), FLAME (.pkl, .npz), Basel (.mat, .h5), GNM or a saved model. "
    "It is checked and measured, which takes about a minute"
)
MODEL_FILES = "*.npz;*.pkl;*.mat;*.h5;*.zip"
REMOVE_MODEL = "Remove Face Model"
REMOVE_MODEL_TIP = "Remove the marked model; the file it was added from stays"
NOT_REMOVABLE = "Mark a model that was added; the built-in one stays"
CLEAR_CACHE = "Clear Cache"
CLEAR_CACHE_TIP = "Free the disk space of what was measured of face models; it is measured again when it is needed"
CLEAR_CACHE_FREES = "Clear Cache ({size} MB)"
REFRESH = "Refresh"
REFRESH_TIP = "Look the face models up again"
LICENCE = "Licence"
MODEL_SIZE = "Size"
PATH = "File"
NO_PATH = "Choose a face model's file or folder"
TASK_FILE = "Face Landmarker"
TASK_FILE_TIP = "Another face_landmarker.task of MediaPipe than the one inside the extension; empty: that one"


def progress(stage: str, done: int, total: int | None) -> str:
    """The progress bar's text."""
    return f"{stage} {done} / {total}" if total else f"{stage} {done}"


def counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


def shortened(names: Sequence[str], most: int = 8) -> str:
    """A list for one line."""
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else AND_MORE.format(names=shown, more=len(names) - most)
