import { allEvents, contract, type EngineUnderTest, id, run, type TestApi } from './contracts.ts'

/** What every `ArtifactStore` promises. */
export function artifactStoreContract(api: TestApi, name: string, make: () => Promise<EngineUnderTest>): void {
  const { expect } = api
  const image = { runId: id(1), name: 'end.png', contentType: 'image/png', bytes: 7 }
  contract(api, `${name} as an ArtifactStore`, make, (promises) => {
    promises('lists those of one run by name', async (store) => {
      for (const number of [1, 2]) await store.executions.claim(run(number))
      await store.artifacts.add(image)
      await store.artifacts.add({ ...image, name: 'begin.png' })
      await store.artifacts.add({ ...image, runId: id(2) })
      expect((await store.artifacts.list(id(1))).map((each) => each.name)).toEqual(['begin.png', 'end.png'])
      expect(await store.artifacts.list(id(3))).toEqual([])
    })

    promises('replaces one of the same name', async (store) => {
      await store.executions.claim(run(1))
      await store.artifacts.add(image)
      await store.artifacts.add({ ...image, contentType: 'image/webp', bytes: 5 })
      const artifacts = await store.artifacts.list(id(1))
      expect(artifacts).toMatchObject([{ ...image, contentType: 'image/webp', bytes: 5 }])
      expect((await store.runs.get(id(1)))?.artifacts).toEqual(artifacts)
    })

    promises('refuses one of a run that is not there, and says nothing of it', async (store) => {
      const [outcome] = await Promise.allSettled([store.artifacts.add(image)])
      expect(outcome?.status).toEqual('rejected')
      expect(await allEvents(store)).toEqual([])
    })

    promises('tells of each in an event', async (store) => {
      await store.executions.claim(run(1))
      await store.artifacts.add(image)
      const { runId, name: file, bytes } = image
      expect((await allEvents(store)).at(-1)).toMatchObject({
        type: 'artifact.stored',
        data: { runId, name: file, bytes },
      })
    })
  })
}
