import requests

response = requests.post(
    "http://localhost:8000/features/upload",
    files={"file": open("my_features.parquet", "rb")},
    data={"exchange": "BINANCE", "market": "SPOT", "symbol": "BTCUSDT",
          "feature_set": "rsi_indicators", "version": "1.0.0"},
)
print(response.json())
