from governance.board.models.numbers import FrozenNumbers
from governance.board.models.pack import BlockWords, BoardPack, PackBlock

__all__ = ["BlockWords", "BoardPack", "FrozenNumbers", "PackBlock"]
