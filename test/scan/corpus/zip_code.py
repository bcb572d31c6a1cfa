"""Zip archives written record by record, so that every field can lie."""

import struct
import zlib


class Member:
    """A stored or deflated member; what the local header and the directory say may differ."""

    def __init__(self, name, content, **lies):
        self.name = name.encode() if isinstance(name, str) else name
        self.content = content
        self.lies = lies

    def lie(self, key, truth):
        return self.lies.get(key, truth)

    def stored(self):
        if self.lies.get("deflate"):
            packer = zlib.compressobj(9, zlib.DEFLATED, -15)
            return packer.compress(self.content) + packer.flush()
        return self.lie("stored", self.content)

    def fields(self, side):
        """Version, flags, method, time, date, CRC and both sizes, as `side` tells them."""
        method = self.lie("method", 8 if self.lies.get("deflate") else 0)
        data = self.stored()
        return struct.pack(
            "<HHHHHIII",
            20,
            self.lie(f"{side}_flags", self.lie("flags", 0)),
            self.lie(f"{side}_method", method),
            0,
            0x5021,
            self.lie(f"{side}_crc", self.lie("crc", zlib.crc32(self.content))),
            self.lie(f"{side}_packed", len(data)),
            self.lie(f"{side}_size", self.lie("size", len(self.content))),
        )

    def local(self):
        name = self.lie("local_name", self.name)
        extra = self.lie("local_extra", b"")
        return b"PK\x03\x04" + self.fields("local") + struct.pack("<HH", len(name), len(extra)) + name + extra + self.stored()

    def central(self, offset):
        name = self.lie("central_name", self.name)
        tail = struct.pack("<HHHHHII", len(name), 0, 0, 0, 0, self.lie("attributes", 0), self.lie("offset", offset))
        return b"PK\x01\x02" + struct.pack("<H", self.lie("made_by", 20)) + self.fields("central") + tail + name


def zip_of(members, comment=b"", prefix=b"", gap=b""):
    body, directory, count = prefix, b"", 0
    for member in members:
        if member.lie("is_listed", True):
            directory += member.central(len(body))
            count += 1
        if member.lie("is_local", True):
            body += member.local() + gap
    end = struct.pack("<HHHHIIH", 0, 0, count, count, len(directory), len(body), len(comment))
    return body + directory + b"PK\x05\x06" + end + comment


def plain_zip(files, deflate=False):
    return zip_of([Member(name, content, deflate=deflate) for name, content in files.items()])


def torch_zip(pickle, storages=None, extra=None):
    """The files of a PyTorch archive."""
    files = {"archive/data.pkl": pickle, "archive/version": b"3\n"}
    files.update({f"archive/data/{key}": data for key, data in (storages or {}).items()})
    files.update(extra or {})
    return files


# What torch.save writes for {"w": tensor of four float32 in storage 0}.
STATE = (
    b"\x80\x02}q\x00X\x01\x00\x00\x00wctorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storagectorch\nFloatStorage\n"
    b"X\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x04tQK\x00K\x04\x85K\x01\x85\x89ccollections\nOrderedDict\n)RtRs."
)
STORAGES = {"0": b"\x00\x00\x80?" * 4}
