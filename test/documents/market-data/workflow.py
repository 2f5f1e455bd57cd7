import requests
import polars as pl

BASE_URL = "http://localhost:8000/api/v1"

# 1. List exchanges
exchanges = requests.get(f"{BASE_URL}/ingest/exchanges").json()
print(f"Available exchanges: {len(exchanges['exchanges'])}")

# 2. List symbols
symbols = requests.get(
    f"{BASE_URL}/ingest/exchanges/binance/symbols",
    params={"market": "spot"}
).json()
print(f"Symbols on Binance: {len(symbols['symbols'])}")

# 3. Start download
download_req = {
    "exchange": "binance",
    "symbol": "BTCUSDT",
    "market": "spot",
    "timeframe": "1m",
    "start_date": "2024-01-01"
}
response = requests.post(f"{BASE_URL}/ingest/download", json=download_req)
print(response.json())

# 4. Check download status
status = requests.get(f"{BASE_URL}/ingest/status").json()
print(status)

# 5. List downloaded datasets
datasets = requests.get(
    f"{BASE_URL}/datasets",
    params={"symbol": "BTCUSDT", "limit": 100}
).json()
print(f"Datasets found: {datasets['total']}")

# 6. Preview data
if datasets['datasets']:
    preview = requests.get(
        f"{BASE_URL}/datasets/{datasets['datasets'][0]['id']}/preview",
        params={"limit": 10}
    ).json()
    print(f"Columns: {preview['columns']}")
    print(f"Total rows: {preview['total_rows']}")

# 7. Upload features
with open("my_features.parquet", "rb") as f:
    response = requests.post(
        f"{BASE_URL}/features/upload",
        files={"file": f},
        data={"exchange": "BINANCE", "market": "SPOT", "symbol": "BTCUSDT",
              "feature_set": "rsi_indicators", "version": "1.0.0"},
    )
    print(response.json())

# 8. List features
features = requests.get(f"{BASE_URL}/features", params={"symbol": "BTCUSDT"}).json()
print(f"Features found: {features['total']}")

# 9. List feature sets with versions
sets = requests.get(f"{BASE_URL}/features/sets", params={"symbol": "BTCUSDT"}).json()
for fs in sets["feature_sets"]:
    print(f"{fs['name']}: versions {fs['versions']}")

# 10. Download a feature
if features.get('datasets'):
    feature_id = features['datasets'][0]['id']
    response = requests.get(f"{BASE_URL}/features/{feature_id}/download")
    with open("downloaded.parquet", "wb") as f:
        f.write(response.content)
    print("Feature downloaded")
