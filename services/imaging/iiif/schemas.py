"""The shape of info.json (IIIF Image API 3.0, section 5)."""

from pydantic import BaseModel, ConfigDict, Field

from services.imaging.iiif.domain import MAX_AREA, TILE, reduced_sizes, scale_factors

CONTEXT = "http://iiif.io/api/image/3/context.json"


class OfferedSize(BaseModel):
    """A size of the whole image."""

    type: str = "Size"
    width: int
    height: int


class OfferedTiles(BaseModel):
    """The grid of tiles that is quickest."""

    type: str = "Tile"
    width: int = TILE
    height: int = TILE
    scale_factors: list[int] = Field(serialization_alias="scaleFactors")


class ImageInfo(BaseModel):
    """What an image viewer needs to know of a page."""

    model_config = ConfigDict(populate_by_name=True)

    context: str = Field(default=CONTEXT, serialization_alias="@context")
    id: str
    type: str = "ImageService3"
    protocol: str = "http://iiif.io/api/image"
    profile: str = "level2"
    width: int
    height: int
    max_area: int = Field(default=MAX_AREA, serialization_alias="maxArea")
    sizes: list[OfferedSize]
    tiles: list[OfferedTiles]
    extra_qualities: list[str] = Field(
        default=["color", "gray", "bitonal"], serialization_alias="extraQualities"
    )
    extra_features: list[str] = Field(
        default=["mirroring", "sizeUpscaling", "canonicalLinkHeader", "profileLinkHeader"],
        serialization_alias="extraFeatures",
    )


def info_of(address: str, image: tuple[int, int]) -> ImageInfo:
    """The info.json of an image of this width and height at `address`."""
    return ImageInfo(
        id=address,
        width=image[0],
        height=image[1],
        sizes=[OfferedSize(width=width, height=height) for width, height in reduced_sizes(image)],
        tiles=[OfferedTiles(scale_factors=scale_factors(image))],
    )
