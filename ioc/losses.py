"""What may be given up, and why: codes of an operator who lets landing go on behind records that are gone."""

REASONS = {
    "retention": "Kafka xóa bản ghi trước khi sổ cái có: ngừng lâu hơn thời gian Kafka giữ",
    "broker_lost": "mất dữ liệu của Kafka",
    "topic_recreated": "chủ đề được tạo lại",
    "store_refuses": "kho từ chối chính bản ghi này",
    "kills_process": "chính bản ghi này làm bộ xử lý dừng đột ngột",
    "drill": "diễn tập",
}
"""Code → what it means."""
