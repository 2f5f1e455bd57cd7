/** Only one live harvest may have it. */
export const harvestSubject = (instrument_id: string) => `harvest:${instrument_id}`;
