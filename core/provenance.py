"""What every result says of itself: that a program altered it, in the terms that readers of pictures look for.

IPTC's digital source type (https://cv.iptc.org/newscodes/digitalsourcetype/): a composite of captured pictures in which
some elements came from a trained model. Written as XMP, which cameras, editors and search engines read, and in words.
"""

SOFTWARE = "Expression Transfer"
VERSION = "0.1.0"
"""As in pyproject.toml and blender_manifest.toml."""
SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
STATEMENT = "The facial expression in this picture was altered by software."

XMP = f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
    xmp:CreatorTool="{SOFTWARE} {VERSION}"
    Iptc4xmpExt:DigitalSourceType="{SOURCE_TYPE}">
   <dc:description><rdf:Alt><rdf:li xml:lang="x-default">{STATEMENT}</rdf:li></rdf:Alt></dc:description>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>"""
"""An XMP packet (ISO 16684-1) for formats that carry one."""


def exr_attributes() -> dict[str, str]:
    """A header's attributes of a result in OpenEXR, which has no field for XMP."""
    return {
        "Software": f"{SOFTWARE} {VERSION}",
        "comments": STATEMENT,
        "digitalSourceType": SOURCE_TYPE,
        "xmp": XMP,
    }
