import asyncio, time, cProfile, pstats
from pathlib import Path
from datetime import timedelta
from uuid import uuid4
from tests.identity.city import City
async def test_measure(city):
    office = await city.office()
    content = Path("demo/zijin/register.csv").read_bytes()
    for n in range(3):
        t=time.perf_counter(); r=await office.import_register(content); print("import",time.perf_counter()-t, r.status_code)
    t=time.perf_counter(); r=await office.ask("POST","/register-checks",content=content,headers={"content-type":"text/csv"}); print("check",time.perf_counter()-t)
    t=time.perf_counter(); r=await office.ask("GET","/register-quality"); print("quality",time.perf_counter()-t)
    await office.ask("POST","/register-sign-off",json={})
    t=time.perf_counter(); r=await office.ask("GET","/electorate"); print("preview",time.perf_counter()-t)
    body={"purpose":"ballot","hold_until":(city.clock.now()+timedelta(days=30)).isoformat()}
    t=time.perf_counter(); r=await city.http.post(f"/internal/v1/estates/{office.estate_id}/electorates",json=body,headers=city.voting()|{"idempotency-key":str(uuid4())}); print("freeze",time.perf_counter()-t,len(r.content))
    t=time.perf_counter(); r=await office.import_register(content); print("import held",time.perf_counter()-t, r.status_code)
    pr=cProfile.Profile(); pr.enable()
    t=time.perf_counter(); ps=await asyncio.gather(*(city.person() for _ in range(100))); print("100 people",time.perf_counter()-t)
    pr.disable(); pstats.Stats(pr).sort_stats("cumtime").print_stats(18)
