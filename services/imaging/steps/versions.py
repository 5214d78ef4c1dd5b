"""Versions of the libraries that touch pixels, for recipes."""

import functools

import cv2
import PIL
import pypdfium2
import simplejpeg


@functools.cache
def versions() -> dict[str, str]:
    """Library → version."""
    return {
        "opencv": cv2.__version__,
        "pdfium": str(pypdfium2.PDFIUM_INFO),
        "pillow": PIL.__version__,
        "simplejpeg": simplejpeg.__version__,
    }
