"""What DeepFace offers on onnxruntime: which models and detectors there are, their files, their thresholds."""

from absense_server.domain.faces import FaceModel

# DeepFace's file names, in its folder of weights (0.0.103; each stands in the model's own module there).
RECOGNIZERS = {
    "SFace": ("face_recognition_sface_2021dec.onnx",),
    "ArcFace": ("arcface_weights.onnx",),
    "Buffalo_L": ("buffalo_l/webface_r50.onnx",),
    "DeepFace": ("VGGFace2_DeepFace_weights_val-0.9034.onnx",),
    "DeepID": ("deepid_weights.onnx",),
    "Dlib": ("dlib_face_recognition_resnet_model_v1.dat",),
    "Facenet": ("facenet_weights.onnx",),
    "Facenet512": ("facenet512_weights.onnx",),
    "GhostFaceNet": ("ghostfacenet_v1.onnx",),
    "OpenFace": ("openface_weights.onnx",),
    "VGG-Face": ("vgg_face_weights.onnx",),
}
DETECTORS: dict[str, tuple[str, ...]] = {
    "yunet": ("face_detection_yunet_2023mar.onnx",),
    "centerface": ("centerface.onnx",),
    "dlib": ("shape_predictor_5_face_landmarks.dat",),
    "fastmtcnn": (),
    "mediapipe": (),
    "mtcnn": (),
    "opencv": ("haarcascade_frontalface_default.xml", "haarcascade_eye.xml"),
    "retinaface": ("retinaface.onnx",),
    "ssd": ("deploy.prototxt", "res10_300x300_ssd_iter_140000.caffemodel"),
    **{
        f"yolov{version}": (f"yolov{version}-face.pt",)
        for version in ("8n", "8m", "8l", "11n", "11s", "11m", "11l", "12n", "12s", "12m", "12l")
    },
}

PACKAGES = {
    "Buffalo_L": "insightface",
    "Dlib": "dlib",
    "dlib": "dlib",
    "fastmtcnn": "facenet_pytorch",
    "mediapipe": "mediapipe",
    "mtcnn": "mtcnn",
    **{detector: "ultralytics" for detector in DETECTORS if detector.startswith("yolo")},
}
"""What a model or detector imports that DeepFace does not bring."""


def face_model(model: str, detector: str, threshold: float | None = None) -> FaceModel:
    """The model as the domain knows it: with DeepFace's own threshold for cosine distance unless one is given.

    Costs no more than a dictionary: DeepFace's version and table of thresholds import nothing else.
    Raises ValueError where DeepFace has no threshold for the model, ImportError where it is not installed.
    """
    if threshold is not None:
        return FaceModel(model, detector, threshold, "settings")

    from deepface import __version__  # noqa: PLC0415 - not there without the [face] extra
    from deepface.config.threshold import thresholds  # noqa: PLC0415

    if model not in thresholds:
        raise ValueError(f"DeepFace {__version__} has no threshold for {model}.")
    return FaceModel(model, detector, float(thresholds[model]["cosine"]), f"DeepFace {__version__}")
