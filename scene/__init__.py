"""The glue to Blender: settings, actions and slots, shape keys, clips. Imports core; operators and panels import it."""
